using System.Collections.Concurrent;

namespace Drydock.Tests.Unit.Support;

/// <summary>
/// The messages that the tests of a room assert, in Goldens/words.txt of its folder: after two lines about the file, a
/// line for the test, then the lines of its message, indented. A test that has one message several times, or for
/// several arguments, has it once. DRYDOCK_REFRESH=words writes the entries of the tests that run again; those of other
/// tests stay.
/// </summary>
internal sealed class WordsFile
{
    public const string Name = "words.txt";

    private const string Indent = "  ";
    private const string Header = """
        # What the tests of this room assert word by word: the test, then its message. {x}: the value of x in the test.
        # Written by DRYDOCK_REFRESH=words, see docs/project/development.md.


        """;

    private static readonly ConcurrentDictionary<string, WordsFile> Rooms = new(StringComparer.Ordinal);

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly bool _isRefresh;
    private readonly SortedDictionary<string, string> _entries;
    private readonly Dictionary<string, int> _asserted = new(StringComparer.Ordinal);

    public WordsFile(string path, bool isRefresh)
    {
        _path = path;
        _isRefresh = isRefresh;
        _entries = Read(path);
    }

    /// <summary>The room's file.</summary>
    /// <param name="room">The folder of the tests, from tests/Unit on.</param>
    public static WordsFile Of(string room) => Rooms.GetOrAdd(room, r => new WordsFile(
        Repository.PathOf($"tests/Unit/{r}/Goldens/{Name}"),
        Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "words"));

    /// <summary>The room of the tests of a namespace: its first part, and each engine has its own.</summary>
    public static string RoomOf(string testNamespace)
    {
        var parts = testNamespace["Drydock.Tests.Unit.".Length..].Split('.');
        return parts is ["Databases", ("TiDb" or "Yugabyte") and var engine, ..] ? $"{parts[0]}/{engine}" : parts[0];
    }

    /// <summary>The messages by test, for instance "RetryTests.A_retry_is_refused(point: 3) #2".</summary>
    public static SortedDictionary<string, string> Read(string path)
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string[] lines = File.Exists(path)
            ? [.. File.ReadAllLines(path).SkipWhile(line => line.Length > 0).Skip(1)]
            : [];
        for (var i = 0; i < lines.Length;)
        {
            var tests = lines[i..].TakeWhile(line => !IsMessage(line)).ToList();
            i += tests.Count;
            var message = lines[i..].TakeWhile(IsMessage).ToList();
            i += message.Count;

            // The last of the empty lines separates two entries.
            var words = string.Join(
                '\n', message.SkipLast(1).Select(line => line.Length == 0 ? "" : line[Indent.Length..]));
            tests.ForEach(test => entries.Add(test, words));
        }

        return entries;
    }

    /// <summary>Compares with the next entry of the test.</summary>
    /// <param name="test">The test with its arguments: "RetryTests.A_retry_is_refused(point: 3)".</param>
    /// <param name="message">The whole message.</param>
    public void ShouldHave(string test, string message)
    {
        lock (_lock)
        {
            var number = _asserted[test] = _asserted.GetValueOrDefault(test) + 1;
            var key = number == 1 ? test : string.Create(CultureInfo.InvariantCulture, $"{test} #{number}");
            if (_isRefresh)
            {
                Write(test, number, key, message);
            }

            var expected = _entries.GetValueOrDefault(key);
            if (expected != message)
            {
                throw new ShouldAssertException(
                    $"{key}\n{(expected is null ? "has no entry" : "has another message")} in {_path}.\n"
                    + $"expected: {expected}\nactual:   {message}\n"
                    + "If that is wanted, run the test with DRYDOCK_REFRESH=words and read the difference of "
                    + "the file.");
            }
        }
    }

    private static bool IsMessage(string line) => line.Length == 0 || line.StartsWith(Indent, StringComparison.Ordinal);

    private void Write(string test, int number, string key, string message)
    {
        if (number == 1)
        {
            var numbered = $"{test} #";
            foreach (var former in _entries.Keys.Where(k => k.StartsWith(numbered, StringComparison.Ordinal)).ToList())
            {
                _entries.Remove(former);
            }
        }

        _entries[key] = message;
        var text = new StringBuilder(Header);
        var messages = _entries.GroupBy(
            entry => (Method: entry.Key.Split('(', ' ')[0], entry.Value), entry => entry.Key);
        foreach (var tests in messages)
        {
            foreach (var of in tests)
            {
                text.Append(of).Append('\n');
            }

            foreach (var line in tests.Key.Value.Split('\n'))
            {
                text.Append(line.Length == 0 ? "" : Indent).Append(line).Append('\n');
            }

            text.Append('\n');
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.WriteAllText(_path, text.ToString());
    }
}
