namespace Drydock.Tests.Unit.Support;

/// <summary>Files of words are written and compared, and each entry in them is one of a test.</summary>
public sealed class WordsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> Rooms { get; } = [.. Files()
        .Select(file => Path.GetDirectoryName(Path.GetDirectoryName(file))!)
        .Select(folder => Path.GetRelativePath(Repository.PathOf("tests/Unit"), folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Entry_names_a_test_of_its_room(string room)
    {
        var tests = typeof(WordsTests).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("Drydock.Tests.Unit.", StringComparison.Ordinal) is true)
            .Where(type => WordsFile.RoomOf(type.Namespace!) == room)
            .SelectMany(type => type.GetMethods().Where(m => m.IsDefined(typeof(FactAttribute), inherit: true))
                .Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet(StringComparer.Ordinal);

        var entries = WordsFile.Read(Repository.PathOf($"tests/Unit/{room}/Goldens/{WordsFile.Name}"));

        entries.ShouldNotBeEmpty();
        entries.Keys.Where(key => !tests.Contains(key.Split('(', ' ')[0]))
            .ShouldBeEmpty("remove the entries of tests that are gone");
    }

    [Fact]
    public void Refresh_replaces_the_entries_of_the_test_only()
    {
        Refreshed().ShouldHave("T.First(a: 1)", "Two lines:\n\n  the second.");
        Refreshed().ShouldHave("T.Second", "It waits.");
        Refreshed().ShouldHave("T.First(a: 3)", "Two lines:\n\n  the second.");
        var twice = Refreshed();
        twice.ShouldHave("T.First(a: 2)", "Paused.");
        twice.ShouldHave("T.First(a: 2)", "Continued.");
        Refreshed().ShouldHave("T.First(a: 2)", "Stopped.\n");

        WordsFile.Read(_path).Select(entry => $"{entry.Key} {entry.Value}").ShouldBe(
            [
                "T.First(a: 1) Two lines:\n\n  the second.", "T.First(a: 2) Stopped.\n",
                "T.First(a: 3) Two lines:\n\n  the second.", "T.Second It waits.",
            ]);
    }

    [Fact]
    public void Other_words_fail_with_both_messages()
    {
        Refreshed().ShouldHave("T.First", "It waits.");
        var read = new WordsFile(_path, isRefresh: false);
        read.ShouldHave("T.First", "It waits.");

        var missing = Should.Throw<ShouldAssertException>(() => read.ShouldHave("T.First", "It waits."));
        var other = Should.Throw<ShouldAssertException>(
            () => new WordsFile(_path, isRefresh: false).ShouldHave("T.First", "It has ended."));

        missing.Message.ShouldStartWith("T.First #2\nhas no entry");
        other.Message.ShouldContain("expected: It waits.\nactual:   It has ended.\n");
    }

    public void Dispose() => File.Delete(_path);

    private WordsFile Refreshed() => new(_path, isRefresh: true);

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Repository.PathOf("tests/Unit"), WordsFile.Name, SearchOption.AllDirectories);
}
