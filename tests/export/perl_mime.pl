# Reads mails as Perl's MIME::Parser does; prints each as a line of JSON: headers, decoded by Encode, and body.
use strict; use warnings;
use MIME::Parser; use Encode qw(decode); use JSON::PP;
my $json = JSON::PP->new->utf8->canonical;
for my $path (@ARGV) {
  my $parser = MIME::Parser->new; $parser->output_to_core(1);
  my $mail = $parser->parse_open($path);
  my %headers; my @names;
  for my $tag ($mail->head->tags) {
    my @all = $mail->head->get_all($tag);
    push @names, $tag for @all;
    my $value = decode('MIME-Header', $all[0]); $value =~ s/\s+\z//; $headers{lc $tag} = $value;
  }
  my $body = decode('UTF-8', $mail->bodyhandle->as_string); $body =~ s/\r\n/\n/g;
  print $json->encode({ headers => \%headers, number => scalar(@names), body => $body, parts => scalar($mail->parts) }), "\n";
}
