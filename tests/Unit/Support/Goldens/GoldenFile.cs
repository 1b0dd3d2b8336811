using System.Text.Json.Serialization.Metadata;

namespace Drydock.Tests.Unit.Support;

/// <summary>
/// Golden files of plans in the folder Goldens of an area of the tests. DRYDOCK_REFRESH=plans writes them again.
/// </summary>
internal static class GoldenFile
{
    private const int MostLines = 80;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = WorldJson.Crds.Encoder };

    private static JsonTypeInfo<PlanProgress> Json =>
        (JsonTypeInfo<PlanProgress>)WorldJson.Crds.GetTypeInfo(typeof(PlanProgress));

    /// <summary>Compares with a file, and names the lines that differ.</summary>
    /// <param name="area">The folder of the tests, from tests/Unit on.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="text">What it should contain.</param>
    public static void ShouldBe(string area, string name, string text)
    {
        var path = PathOf(area, name);
        if (Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "plans")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        File.Exists(path).ShouldBeTrue($"{path} is missing: run the test with DRYDOCK_REFRESH=plans");
        var differences = Differences(File.ReadAllText(path).Split('\n'), text.Split('\n'));
        if (differences.Count > 0)
        {
            throw new ShouldAssertException(
                $"{path} differs. If that is wanted, write it again with DRYDOCK_REFRESH=plans, and "
                    + $"name each difference in the commit.\n{string.Join('\n', differences)}");
        }
    }

    /// <summary>
    /// What was stored is read as this plan. Compared is what it says: the packed bytes are those of the machine that
    /// wrote the file.
    /// </summary>
    /// <param name="area">The folder of the tests, from tests/Unit on.</param>
    /// <param name="name">The scenario.</param>
    /// <param name="plan">The plan.</param>
    public static void ShouldBeStored(string area, string name, PlanProgress plan)
    {
        var path = PathOf(area, string.Create(CultureInfo.InvariantCulture, $"form-{StatusForm.Current}/{name}.json"));
        if (Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "plans")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, JsonSerializer.Serialize(plan, Json) + "\n");
        }

        File.Exists(path).ShouldBeTrue($"{path} is missing: run the test with DRYDOCK_REFRESH=plans");
        var read = JsonSerializer.Deserialize(File.ReadAllText(path), Json).ShouldNotBeNull();
        read.Unreadable.ShouldBeNull();
        PlanDifference.Describe(plan.Plan, read.Plan).ShouldBeEmpty();
        read.Hash.ShouldBe(plan.Hash);
        Differences(Text(read).Split('\n'), Text(plan).Split('\n')).ShouldBeEmpty(path);
    }

    /// <summary>The plans of an area as they were stored, of every format.</summary>
    public static IEnumerable<PlanProgress> Stored(string area) =>
        Directory.EnumerateFiles(PathOf(area, ""), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => JsonSerializer.Deserialize(File.ReadAllText(file), Json).ShouldNotBeNull());

    /// <summary>The texts of an area.</summary>
    public static IEnumerable<string> Texts(string area) => TextFiles(area).Select(File.ReadAllText);

    /// <summary>An area has a text for each of its scenarios, and no other.</summary>
    public static void ShouldBeOf(string area, IEnumerable<string> scenarios) =>
        TextFiles(area).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)
            .ShouldBe(scenarios.Select(name => $"{name}.txt").Order(StringComparer.Ordinal));

    private static IEnumerable<string> TextFiles(string area) =>
        Directory.EnumerateFiles(PathOf(area, ""), "*.txt").Where(f => Path.GetFileName(f) != WordsFile.Name);

    private static string PathOf(string area, string name) => Repository.PathOf($"tests/Unit/{area}/Goldens/{name}");

    // One element of a list a line, so that a difference is seen.
    private static string Text(PlanProgress plan)
    {
        var printed = JsonSerializer.SerializeToNode(StoredRun.ToStored(plan), CrdsJsonContext.Default.StoredPlan)!;
        var entries = printed.AsObject().Select(p => $"\"{p.Key}\": " + p.Value switch
        {
            JsonArray { Count: > 0 } list =>
                $"[\n{string.Join(",\n", list.Select(i => i!.ToJsonString(Plain)))}\n]",
            { } value => value.ToJsonString(Plain),
            null => "null",
        });
        return $"{{\n{string.Join(",\n", entries)}\n}}\n";
    }

    private static List<string> Differences(string[] was, string[] now)
    {
        var first = was.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        var last = was[first..].Reverse().Zip(now[first..].Reverse())
            .TakeWhile(pair => pair.First == pair.Second).Count();
        (was, now) = (was[first..^last], now[first..^last]);
        var common = new int[was.Length + 1, now.Length + 1];
        for (var i = was.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
            {
                common[i, j] =
                    was[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<string>();
        for (int i = 0, j = 0; i < was.Length || j < now.Length;)
        {
            if (i < was.Length && j < now.Length && was[i] == now[j])
            {
                (i, j) = (i + 1, j + 1);
                continue;
            }

            var isGone = j == now.Length || (i < was.Length && common[i + 1, j] >= common[i, j + 1]);
            lines.Add(isGone
                ? string.Create(CultureInfo.InvariantCulture, $"{first + i + 1} - {was[i++]}")
                : string.Create(CultureInfo.InvariantCulture, $"{first + j + 1} + {now[j++]}"));
        }

        return lines.Count <= MostLines
            ? lines
            : [.. lines.Take(MostLines), string.Create(
                CultureInfo.InvariantCulture, $"and {lines.Count - MostLines} more lines")];
    }
}
