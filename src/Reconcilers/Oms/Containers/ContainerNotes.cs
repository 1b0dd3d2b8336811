namespace Drydock.Reconcilers.Oms;

/// <summary>Says in the plan what the new containers keep of the current ones and what differs. Nodes with the same
/// sentence share it.</summary>
internal static class ContainerNotes
{
    private const int LongestValue = 24;

    // Variables have a sentence of their own, and dockerd fills in the name of the host.
    private static readonly string[] NotListed = ["Env", "Hostname"];

    // What dockerd fills in is not worth a word.
    private static readonly Dictionary<string, string[]> Usual = new(StringComparer.Ordinal)
    {
        ["CgroupnsMode"] = ["\"host\"", "\"private\""],
        ["ConsoleSize"] = ["[0,0]"],
        ["IpcMode"] = ["\"private\"", "\"shareable\""],
        ["LogConfig"] = ["""{"Type":"json-file"}"""],
        ["MemorySwappiness"] = ["-1"],
        ["NetworkMode"] = ["\"host\""],
        ["OpenStdin"] = ["true"],
        ["Privileged"] = ["true"],
        ["Runtime"] = ["\"runc\""],
        ["SecurityOpt"] = ["""["label=disable"]"""],
        ["ShmSize"] = ["67108864"],
        ["Tty"] = ["true"],
    };

    /// <summary>What becomes of the options of a node's container.</summary>
    /// <param name="asked">What spec.container asks for, in short; null if nothing.</param>
    public static string Describe(InheritedOptions old, JsonObject planned, string? asked)
    {
        var (before, after) = (OptionFields.Of(old.Options), OptionFields.Of(planned));
        var kept = before.Names
            .Where(name => !NotListed.Contains(name, StringComparer.Ordinal) && before.Value(name) == after.Value(name))
            .Where(name => !IsUsual(name, before.Value(name)))
            .ToList();
        var changed = before.Names.Union(after.Names, StringComparer.Ordinal)
            .Where(name => !NotListed.Contains(name, StringComparer.Ordinal) && before.Value(name) != after.Value(name))
            .Order(StringComparer.Ordinal)
            .Select(name => $"{name}{FromTo(before.Value(name), after.Value(name))}")
            .ToList();
        var variables = old.Variables
            .Intersect(planned.Texts("Env"), StringComparer.Ordinal)
            .Select(ContainerOverrides.NameOf)
            .Except(["OMS_HOST_IP", "IS_UPGRADE"], StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        string[] sentences =
        [
            Sentence("The options of the current container are kept: ", kept),
            Sentence("Its variables are kept: ", variables),
            Sentence("These options differ: ", changed),
            Sentence("These options are not taken over: ", old.Dropped),
            asked is null ? "" : $"spec.container sets {asked}.",
        ];
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0));
    }

    public static IEnumerable<string> Of(IEnumerable<DiscoveredNode> nodes) => nodes
        .Where(node => node.ContainerNote.Length > 0)
        .GroupBy(node => node.ContainerNote, node => node.Name, StringComparer.Ordinal)
        .Select(note => SchemaLimits.Clip(
            $"On {string.Join(", ", note)} the new container gets all options of the present one; only the image "
                + $"changes. {note.Key}",
            SchemaLimits.Message));

    private static bool IsUsual(string name, string? value) =>
        Usual.TryGetValue(name, out var usual) && usual.Contains(value, StringComparer.Ordinal);

    // A value is shown if it is short and one: lists and maps may hold secrets, such as options of a log driver.
    private static string FromTo(string? before, string? after)
    {
        var (from, to) = (Shown(before), Shown(after));
        return from is null || to is null ? "" : $" {from} → {to}";
    }

    private static string? Shown(string? json) => json switch
    {
        null => "none",
        { Length: > LongestValue } => null,
        _ when json.StartsWith('{') || json.StartsWith('[') => null,
        _ when long.TryParse(json, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1 << 20 => ImagePreflight.Bytes(number),
        _ => json.Trim('"'),
    };

    private static string Sentence(string beginning, IReadOnlyList<string> words) =>
        words.Count == 0 ? "" : $"{beginning}{string.Join(", ", words)}.";
}
