use super::*;
use proptest::prelude::*;

fn book(title: &str) -> Book {
    Book { title: title.into(), author: "Nobody".into(), shelf: "Tests".into() }
}

fn library(texts: &[&str]) -> Library {
    let documents: Vec<Document> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| Document { book: book(&format!("Book {}", index / 2)), text: text.to_string() })
        .collect();
    Library::open(&build(&documents).unwrap()).unwrap()
}

fn fox() -> Library {
    library(&[
        "Once there was a fox. \"I am HUNGRY,\" said the fox to McTavish!\nHe ran.",
        "The fox ran home -- and the fox slept.",
        "A crow sat in a tree; the fox saw it.",
        "",
        "  No words at the ends ...  ",
    ])
}

/// What the library is compared with: every document's words, searched one by one.
fn naive_count(texts: &[Vec<String>], wanted: &[String]) -> usize {
    texts.iter().map(|text| text.windows(wanted.len()).filter(|window| *window == wanted).count()).sum()
}

#[test]
fn documents_come_back_as_they_were() {
    let fox = fox();
    assert_eq!(fox.size(), (5, 3, 38));
    let first = "Once there was a fox. \"I am HUNGRY,\" said the fox to McTavish!\nHe ran.";
    assert_eq!(fox.document(0).as_deref(), Some(first));
    assert_eq!(fox.document(3).as_deref(), Some(""));
    assert_eq!(fox.document(4).as_deref(), Some("  No words at the ends ...  "));
    assert_eq!(fox.document(5), None);
}

#[test]
fn sequences_are_counted_and_never_across_documents() {
    let fox = fox();
    let count = |text: &str| fox.occurrences(&words(text));
    assert_eq!(count("the FOX"), 4);
    assert_eq!(count("hungry, said the fox to mctavish"), 1);
    assert_eq!(count("slept a crow"), 0, "two documents");
    assert_eq!(count("unicorn"), 0);
    assert_eq!(count("fox"), 5);
    assert_eq!(fox.longest(&words("The fox ran and the fox slept")), [3, 2, 1, 4, 3, 2, 1]);
}

#[test]
fn a_span_names_its_books_and_their_sentence() {
    let fox = fox();
    let found = fox.books(&words("the fox"), 9);
    let told: Vec<_> = found.iter().map(|found| (found.book.title.as_str(), found.occurrences)).collect();
    assert_eq!(told, [("Book 0", 3), ("Book 1", 1)]);
    let passage = &found[0].passage;
    assert_eq!(
        (passage.before.as_str(), passage.span.as_str(), passage.after.as_str()),
        ("I am HUNGRY,\" said ", "the fox", " to McTavish!")
    );
    assert_eq!(fox.books(&words("the fox"), 1).len(), 1);
    assert_eq!(fox.books(&[], 9), []);
    assert_eq!(fox.books(&words("unicorn"), 9), []);
}

#[test]
fn spans_of_common_words_are_not_shown() {
    // 300 words, the first 200 of them common.
    let name = |index: u32| char::from_u32('一' as u32 + index).unwrap().to_string();
    let mut text = String::new();
    for index in 0..300 {
        for _ in 0..if index < 200 { 3 } else { 1 } {
            text += &name(index);
            text += " . ";
        }
    }
    text += "red blue one two three. ";
    let common: Vec<String> = (0..5).map(name).collect();
    text += &common.join(" ");
    let library = library(&[&text]);
    assert_eq!(library.spans(&common.join(" ")), []);
    let story = format!("so: Red, BLUE one two three! {}", name(250));
    let spans = library.spans(&story);
    assert_eq!(spans.len(), 1);
    assert_eq!(
        (&story[spans[0].bytes.clone()], spans[0].words.clone(), spans[0].occurrences),
        ("Red, BLUE one two three", 1..6, 1)
    );
    assert_eq!(library.spans("red blue one two"), [], "too short");
    assert_eq!(library.spans(""), []);
}

proptest! {
    #[test]
    fn any_texts_come_back_and_are_found(
        texts in prop::collection::vec("[ab ',.\n]{0,40}|\\PC{0,30}|[ABé’ß -]{0,20}", 1..6),
        query in "[ab ]{0,12}",
    ) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let library = library(&texts);
        let folded: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
        for (index, text) in texts.iter().enumerate() {
            prop_assert_eq!(library.document(index), Some(text.to_string()));
        }
        let query = words(&query);
        if !query.is_empty() {
            prop_assert_eq!(library.occurrences(&query), naive_count(&folded, &query));
        }
        for (start, length) in library.longest(&query).into_iter().enumerate() {
            prop_assert!(length == 0 || naive_count(&folded, &query[start..start + length]) > 0);
            if start + length < query.len() {
                prop_assert_eq!(naive_count(&folded, &query[start..=start + length]), 0);
            }
        }
    }

    #[test]
    fn damaged_files_are_refused_or_another_text(cut in 0usize..400, flip in 8usize..400, bit in 0u32..8) {
        let documents = [Document { book: book("Fox"), text: "The fox ran home -- and the fox slept. ".repeat(20) }];
        let file = build(&documents).unwrap();
        let cut = cut.min(file.len() - 5);
        prop_assert!(Library::open(&file[..cut]).is_err());
        let mut damaged = file.clone();
        let flip = flip % file.len();
        damaged[flip] ^= 1 << bit;
        // Another dictionary size may also work. Everything else is protected by a checksum.
        if let Ok(library) = Library::open(&damaged) {
            prop_assert_eq!(library.document(0), Some(documents[0].text.clone()));
        }
    }
}

#[test]
fn a_large_vocabulary_is_searched_like_a_small_one() {
    // More different words than fit into two bytes, all but a few of them once.
    let text: String = (0..70_000).map(|number| format!("{number} ")).collect();
    let library = library(&[&text, "69990 69991 12 69999 69998"]);
    let count = |text: &str| library.occurrences(&words(text));
    assert_eq!(library.document(0), Some(text));
    assert_eq!(count("69996"), 1);
    assert_eq!(count("69990 69991"), 2);
    assert_eq!(count("69990 69991 69992 69993 69994"), 1);
    assert_eq!(count("69990 69991 12"), 1);
    assert_eq!(count("12 69999 69998"), 1);
    assert_eq!(count("69998 69999"), 1);
    assert_eq!(count("69999 69999"), 0);
    assert_eq!(count("69995 unicorn"), 0);
    assert_eq!(library.longest(&words("68000 68001 68002 68003 5 12 69999 69998 69997")), [4, 3, 2, 1, 1, 3, 2, 1, 1]);
}

/// Intact files with impossible content.
#[test]
fn inconsistent_files_are_refused() {
    let open = |documents: usize, numbers: &[u32], change: fn(&mut Contents)| {
        let mut contents = Contents {
            words: vec!["fox".into(), "ran".into()],
            gaps: vec![" ".into()],
            books: vec![book("Fox")],
            shelf_of: vec![0; documents],
            settings: vec![Default::default(); numbers.len()],
            ..Contents::default()
        };
        numbers.iter().for_each(|&number| contents.text.push(number));
        change(&mut contents);
        Library::open(&contents.write().unwrap())
    };
    assert!(open(1, &[1, 2, BOUNDARY], |_| {}).is_ok());
    for text in [&[1, BOUNDARY, 2][..], &[1, 1], &[BOUNDARY, BOUNDARY, BOUNDARY], &[]] {
        assert!(matches!(open(1, text, |_| {}), Err(LibraryError::Damaged)), "{text:?}");
    }
    let changes: [fn(&mut Contents); 3] = [
        |contents| contents.shelf_of.clear(),
        |contents| contents.shelf_of[0] = 1,
        |contents| contents.odd.push((0, "fOx".into())),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert!(matches!(open(1, &[1, 2, BOUNDARY], change), Err(LibraryError::Damaged)), "change {at}");
    }
}

#[test]
fn texts_that_repeat_themselves_make_files_that_open() {
    let file = build(&[Document { book: book("Fox"), text: "The fox ran home. ".repeat(1 << 19) }]).unwrap();
    assert!(file.len() < 1 << 16, "{} bytes", file.len());
    assert_eq!(Library::open(&file).unwrap().size(), (1, 1, 4 << 19));
}

#[test]
fn what_the_format_cannot_hold_is_told() {
    let document = |text: &str| Document { book: book("Fox"), text: text.into() };
    let result = build(&[document("fine"), document("a\0b")]);
    assert!(matches!(result, Err(LibraryError::Nul { document: 2 })));
}

#[test]
fn what_is_no_library_is_refused() {
    assert!(matches!(Library::open(b"GGUF...."), Err(LibraryError::NoLibrary)));
    assert!(matches!(Library::open(b""), Err(LibraryError::NoLibrary)));
    assert!(matches!(Library::open(b"fabulib\x01...."), Err(LibraryError::Former)));
    let empty = build(&[]).unwrap();
    assert_eq!(Library::open(&empty).unwrap().size(), (0, 0, 0));
}
