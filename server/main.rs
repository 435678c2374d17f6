use fourwave::*;
fn main() {
    if std::env::args().nth(1).as_deref() == Some("nursery") { child::nursery().unwrap(); return; }
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::io::stdin(), &mut text).unwrap();
    let script = script::parse(&text).unwrap_or_else(|m| { for m in m { print!("{}", m.draw("-", &text, 1)); } std::process::exit(2) });
    let n = nursery::Nursery::start().unwrap();
    let stop = Default::default();
    let slow = std::env::args().nth(1).is_some();
    let p = run::Play { scenario: None, script: &script, pace: if slow { run::Pace::FOLLOW } else { run::Pace::FULL }, limit: std::time::Duration::from_secs(60) };
    run::play(&n, &p, &stop, &mut |e| println!("{}", serde_json::to_string(&e).unwrap())).unwrap();
}
