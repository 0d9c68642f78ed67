"""The one table of labels and sentences for every verdict, confidence, status and stage; used wherever people read them."""
