using System.Text.Json.Serialization.Metadata;
using Drydock.Reconcilers.Databases;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>
/// Objects of every kind as an operator has stored them, in every state, kept for good in Goldens/form-N: each later
/// operator reads them whole. DRYDOCK_REFRESH=stored writes those that are missing, and never one that is there.
/// </summary>
public sealed class StoredObjectTests
{
    private static readonly string Goldens = Repository.PathOf("tests", "Unit", "Upgrades", "Goldens");

    private static readonly DatabaseUpgradeKind Databases =
        new(SupportedEngines.All, static (_, _) => throw new NotSupportedException("nothing is run"));

    public static TheoryData<string> States => [.. StoredCase.All.Select(c => c.Name)];

    public static TheoryData<string> Files =>
    [
        .. Directory.GetDirectories(Goldens, "form-*").SelectMany(Directory.GetFiles)
            .Select(file => Path.GetRelativePath(Goldens, file)),
    ];

    /// <summary>The files of objects that have plans.</summary>
    public static TheoryData<string> Runs => [.. Files.Select(row => row.Data).Where(file => Read(file) is not null)];

    [Theory]
    [MemberData(nameof(States))]
    public async Task Every_state_is_kept_in_the_present_form(string name)
    {
        var path = Path.Combine(Goldens, $"form-{StatusForm.Current}", $"{name}.json");
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "stored")
        {
            var entity = await StoredCase.All.Single(c => c.Name == name).WriteAsync();
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(
                path, entity.ToJsonString() + "\n", TestContext.Current.CancellationToken);
        }

        File.Exists(path).ShouldBeTrue($"{path} is missing: run the test with DRYDOCK_REFRESH=stored");
    }

    [Fact]
    public void Kept_objects_are_in_every_phase_and_have_every_kind_of_plan()
    {
        var kept = Files.Select(row => Text(row.Data)).ToLookup(o => (string)o["kind"]!, o => o["status"]!);
        Kept(BackupSnapshot.KindName).ShouldBe(StoredCase.Phases(typeof(BackupSnapshotPhases)), ignoreOrder: true);
        Kept(SnapshotRestore.KindName).ShouldBe(StoredCase.Phases(typeof(SnapshotRestorePhases)), ignoreOrder: true);
        Runs.Select(row => Read(row.Data)!.Status!).SelectMany(s => s.Plans).Select(p => p.Plan.Kind).Distinct()
            .ShouldBe(Enum.GetValues<PlanKind>(), ignoreOrder: true);
        Runs.Select(row => Read(row.Data)!.Spec).OfType<DatabaseRollingUpgradeSpec>().Select(s => s.Engine).Distinct()
            .ShouldBe(Enum.GetValues<DatabaseEngine>(), ignoreOrder: true);

        IEnumerable<string> Kept(string kind) => kept[kind].Select(s => (string)s["phase"]!).Distinct();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Object_that_a_former_operator_stored_is_read_whole_and_written_as_it_was(string file)
    {
        var text = Text(file);
        JsonTypeInfo type = (string)text["kind"]! switch
        {
            BackupSnapshot.KindName => CrdsJsonContext.Default.BackupSnapshot,
            SnapshotRestore.KindName => CrdsJsonContext.Default.SnapshotRestore,
            DatabaseRollingUpgrade.KindName => CrdsJsonContext.Default.DatabaseRollingUpgrade,
            _ => CrdsJsonContext.Default.OmsUpgrade,
        };

        var written = JsonSerializer.SerializeToNode(text.Deserialize(type), type)!;

        JsonNode.DeepEquals(written["status"], text["status"]).ShouldBeTrue("nothing is lost when it is written again");
        JsonNode.DeepEquals(written["spec"], text["spec"]).ShouldBeTrue("nor what was wanted");
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Plans_that_a_former_operator_stored_are_known_and_told_as_they_were(string file)
    {
        var run = Read(file)!;
        var status = run.Status!;
        var kind = KindOf(run);

        (StatusForm.Unknown(status), StatusForm.UnreadablePart(status)).ShouldBe((null, null));
        var known = kind.Steps(run.Spec);
        foreach (var step in status.Plans.SelectMany(p => p.Steps))
        {
            known.Read(step.Planned).ShouldNotBeNull(step.Id);
        }

        Json(PlanLines.Show(status, known)).ShouldBe(Json(status), "steps, phases and progress");
        if (status is { Plan: not null, System: { } system } && status.Findings.Count == 0)
        {
            kind.Report.System(run.Spec, status).State.ShouldBe(system.State);
        }

        (kind.Rollback.Cost(run.Spec, status)?.Possible).ShouldBe(status.Rollback?.Possible);
        foreach (var hold in status.Holds)
        {
            var consent = new Consents(kind, run.Spec, status).Of(status.ActivePlan()!, hold.Name);
            (consent.Text is null, consent.Destroys).ShouldBe((hold.Consent is null, hold.Destroys == true));
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void One_wrong_byte_of_a_plan_is_noticed(string file)
    {
        var status = (JsonObject)Text(file)["status"]!;
        var count = status["plans"] is JsonArray plans ? plans.Count : 0;
        for (var i = 0; i < count; i++)
        {
            var broken = Text(file);
            var packed = (string)broken["status"]!["plans"]![i]!["packed"]!;
            var at = packed.Length / 2;
            broken["status"]!["plans"]![i]!["packed"] =
                $"{packed[..at]}{(packed[at] == 'A' ? 'B' : 'A')}{packed[(at + 1)..]}";
            StatusForm.UnreadablePart(Read(broken)!.Status!).ShouldNotBeNull($"plan {i}");
        }
    }

    private static string Json(RunStatus status) =>
        JsonSerializer.Serialize(status, status.GetType(), CrdsJsonContext.Default);

    private static JsonObject Text(string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Goldens, file)))!.AsObject();

    private static RunObject? Read(string file) => Read(Text(file));

    private static RunObject? Read(JsonObject stored) => (string)stored["kind"]! switch
    {
        OmsUpgrade.KindName => new OmsUpgradeKind(null!).Form.Read(
            stored.Deserialize(CrdsJsonContext.Default.OmsUpgrade)!),
        DatabaseRollingUpgrade.KindName => Databases.Form.Read(
            stored.Deserialize(CrdsJsonContext.Default.DatabaseRollingUpgrade)!),
        _ => null,
    };

    private static RunKind KindOf(RunObject run) =>
        run.Spec is OmsUpgradeSpec ? new OmsUpgradeKind(null!) : Databases;
}
