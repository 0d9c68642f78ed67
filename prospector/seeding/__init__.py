"""Where seeds come from: searches to click, results to take back. Pure: the program asks no search engine by itself."""
