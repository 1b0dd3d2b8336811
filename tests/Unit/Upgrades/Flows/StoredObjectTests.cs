using Drydock.Tests.Unit.Install;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>
/// Objects as an operator has stored them, in every state, kept for good in Goldens/form-N: each later operator reads
/// them whole. DRYDOCK_REFRESH=stored writes those that are missing, and never one that is there.
/// </summary>
public sealed class StoredObjectTests
{
    private static readonly string Goldens = Repository.PathOf("tests", "Unit", "Upgrades", "Goldens");

    public static TheoryData<string> States => [.. ArgoCase.All.Select(c => c.Name).Where(IsUpgrade)];

    public static TheoryData<string> Files =>
    [
        .. Directory.GetDirectories(Goldens, "form-*").SelectMany(Directory.GetFiles)
            .Select(file => Path.GetRelativePath(Goldens, file)),
    ];

    [Theory]
    [MemberData(nameof(States))]
    public async Task Every_state_is_kept_in_the_present_form(string name)
    {
        var path = Path.Combine(Goldens, $"form-{StatusForm.Current}", $"{name}.json");
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "stored")
        {
            var entity = await ArgoCase.All.Single(c => c.Name == name).WriteAsync();
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(
                path, entity.ToJsonString() + "\n", TestContext.Current.CancellationToken);
        }

        File.Exists(path).ShouldBeTrue($"{path} is missing: run the test with DRYDOCK_REFRESH=stored");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Object_that_a_former_operator_stored_is_read_whole_and_written_as_it_was(string file)
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(Goldens, file), TestContext.Current.CancellationToken);
        var status = JsonSerializer.Deserialize(text, CrdsJsonContext.Default.OmsUpgrade)!.Status!;

        (StatusForm.Unknown(status), StatusForm.UnreadablePart(status)).ShouldBe((null, null));
        var known = StepRegistry.Of<OmsTargets>();
        foreach (var step in status.Plans.SelectMany(p => p.Steps))
        {
            known.Read(step.Planned).ShouldNotBeNull(step.Id);
        }

        JsonNode.DeepEquals(
                JsonSerializer.SerializeToNode(status, CrdsJsonContext.Default.OmsUpgradeStatus),
                JsonNode.Parse(text)!["status"])
            .ShouldBeTrue("nothing is lost when it is written again");
    }

    private static bool IsUpgrade(string name) =>
        !name.StartsWith("snapshot", StringComparison.Ordinal) && !name.StartsWith("restore", StringComparison.Ordinal);
}
