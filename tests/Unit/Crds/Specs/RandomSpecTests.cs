using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Crds.Specs.Making;
using FsCheck;
using FsCheck.Fluent;
using Finding = Drydock.Crds.Common.Finding;

namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>
/// Random specs, from the schema and against it, through admission, reading, preflight and planner.
/// </summary>
public sealed class RandomSpecTests
{
    private readonly Dictionary<string, int> _came = new(StringComparer.Ordinal);

    [Fact]
    public void Random_spec_is_planned_repeatably_or_refused_with_a_reason()
    {
        const int All = 10_000;
        const int Share = 625;
        Prop.ForAll(SpecCase.Any, Look).Check(Sample.Random(All, Share));

        // Every end must have been met often, or the property says little.
        var cases = Sample.Cases(All, Share);
        foreach (var end in new[]
        {
            "schema", "found", "rule", "path", "read", "OmsUpgrade", "BackupSnapshot", "SnapshotRestore",
            "DatabaseRollingUpgrade", "TiDB", "YugabyteDB"
        })
        {
            _came.GetValueOrDefault(end).ShouldBeGreaterThan(cases / 160, $"{end}: {string.Join(", ", _came)}");
        }
    }

    private void Look(SpecCase given)
    {
        var errors = SchemaCheck.Errors(Schemas.Specs[given.Kind], given.Spec);
        if (!given.IsBroken)
        {
            errors.ShouldBeEmpty();
        }

        if (errors.Count > 0)
        {
            errors.ShouldAll(error => error.StartsWith("spec", StringComparison.Ordinal));
            Came("schema");
            StillReads(given);
            return;
        }

        given = given with { Spec = SchemaCheck.Stored(Schemas.Specs[given.Kind], given.Spec)!.AsObject() };
        if (KindSpecs.Findings(Read(given)) is { Count: > 0 } findings)
        {
            Came("found");
            findings.ShouldAll(finding => SaysWhy(finding));
            return;
        }

        // What was not made to keep the rules between fields, a server would have refused.
        if (!given.IsMended || given.IsBroken)
        {
            Came("rule");
            return;
        }

        Came(given.Kind);
        switch (Read(given))
        {
            case OmsUpgradeSpec spec:
                Plan(spec with { FromVersion = spec.FromVersion is { Length: > 0 } from ? from : "3.2.2" });
                break;
            // Otherwise the processes have to be found before there is a plan.
            case DatabaseRollingUpgradeSpec { DiscoverFrom: null, FromVersion.Length: > 0 } spec:
                Plan(spec);
                break;
        }
    }

    // A server with an older definition may hand out what the present one refuses: it is read, or refused as JSON, and
    // what was read can be validated. No definition ever let a null into a list.
    private void StillReads(SpecCase given)
    {
        object read;
        try
        {
            read = Read(given with { Spec = WithoutNullItems(given.Spec)!.AsObject() });
        }
        catch (JsonException exception)
        {
            exception.Message.ShouldContain("Path: $", customMessage: given.ToString());
            return;
        }

        Came("read");
        KindSpecs.Findings(read).ShouldAll(finding => SaysWhy(finding));
    }

    private static JsonNode? WithoutNullItems(JsonNode? value) => value switch
    {
        JsonObject map => new JsonObject(
            map.Select(entry => KeyValuePair.Create(entry.Key, WithoutNullItems(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Where(item => item is not null).Select(WithoutNullItems)]),
        _ => value?.DeepClone(),
    };

    private static object Read(SpecCase given) => KindSpecs.Read(given.Kind, given.Spec);

    private static bool SaysWhy(Finding finding) =>
        finding.Reason == Reasons.InvalidSpec && finding.Field!.StartsWith("spec", StringComparison.Ordinal)
        && finding.Message.Length > 40;

    private void Plan(OmsUpgradeSpec spec)
    {
        if (DiscoveryOf.Path(spec) is UpgradePath.Refused refused)
        {
            Came("path");
            new[] { spec.FromVersion, spec.ToVersion }.Any(text => refused.Message.Contains(
                Numbers(text), StringComparison.Ordinal)).ShouldBeTrue(refused.Message);
            refused.Message.Length.ShouldBeGreaterThan(60);
            return;
        }

        var plan = Compile(spec);
        Compile(spec).Hash.ShouldBe(plan.Hash);
        Compile(JsonSerializer.SerializeToNode(spec, KindSpecs.Options)!
            .Deserialize<OmsUpgradeSpec>(KindSpecs.Options)!).Hash.ShouldBe(plan.Hash);
        Compile(Otherwise(spec)).Hash.ShouldBe(plan.Hash);
        FieldClasses.Hash(Otherwise(spec), FieldClass.Identity).ShouldBe(FieldClasses.Hash(spec, FieldClass.Identity));

        IsBounded(PlanProgress.Of(plan));
    }

    private void Plan(DatabaseRollingUpgradeSpec spec)
    {
        if (DatabaseDiscoveryOf.Obstacle(spec) is { } obstacle)
        {
            Came("path");
            new[] { spec.FromVersion, spec.ToVersion, Short(spec.FromVersion), Short(spec.ToVersion) }
                .Any(text => obstacle.Contains(text, StringComparison.Ordinal))
                .ShouldBeTrue($"{spec.FromVersion} {spec.ToVersion}: {obstacle}");
            obstacle.Length.ShouldBeGreaterThan(60);
            return;
        }

        Came(spec.Engine.ToString());
        var plan = DatabaseDiscoveryOf.Plan(spec);
        DatabaseDiscoveryOf.Plan(JsonSerializer.SerializeToNode(spec, KindSpecs.Options)!
            .Deserialize<DatabaseRollingUpgradeSpec>(KindSpecs.Options)!).Hash.ShouldBe(plan.Hash);
        DatabaseDiscoveryOf.Plan(SameWork.Otherwise(spec)).Hash.ShouldBe(plan.Hash);
        FieldClasses.Hash(SameWork.Otherwise(spec), FieldClass.Identity)
            .ShouldBe(FieldClasses.Hash(spec, FieldClass.Identity));
        IsBounded(plan);
    }

    // YugabyteDB's versions are shown by their numbers.
    private static string Short(string version) =>
        YugabyteVersion.TryParse(version, out var read) ? read.ToString() : version;

    private static void IsBounded(PlanProgress plan)
    {
        plan.Steps.Count.ShouldBeInRange(1, SchemaLimits.Steps);
        plan.Guards.Count.ShouldBeLessThanOrEqualTo(SchemaLimits.Steps);
        plan.Notes.Count.ShouldBeLessThanOrEqualTo(SchemaLimits.Findings);
        foreach (var step in plan.Steps)
        {
            step.Id.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.Name);
            step.Title.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.Reference);
            step.Parameters.Values.ShouldAll(value => value.Length <= SchemaLimits.Opaque);
            step.Planned.Timeout.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.Duration);
        }
    }

    private static string Numbers(string version) =>
        OmsVersion.Parse(version) is var read
            ? string.Create(CultureInfo.InvariantCulture, $"{read.Major}.{read.Minor}.{read.Patch}")
            : "";

    private static Plan Compile(OmsUpgradeSpec written)
    {
        var spec = DiscoveryOf.Complete(written);
        return new OmsUpgradePlanner(spec, DiscoveryOf.Of(spec, (UpgradePath.Allowed)DiscoveryOf.Path(spec))).Compile();
    }

    /// <summary>The same work, reached and controlled otherwise.</summary>
    private static OmsUpgradeSpec Otherwise(OmsUpgradeSpec spec) => spec with
    {
        Approval = spec.Approval == ApprovalPolicy.Automatic ? ApprovalPolicy.Manual : ApprovalPolicy.Automatic,
        DesiredState = DesiredState.RolledBack,
        RollbackPolicy = RollbackPolicy.OnFailure,
        Window = null,
        MaxParallelNodes = 3,
        Paused = !spec.Paused,
        HoldBefore = ["PointOfNoReturn"],
        Approvals = ["Verify/hosts@0123abcd.1.1"],
        ImagePullSecretRef = new SecretReference { Name = "other" },
        MetadataDatabase = new MetadataDatabaseSpec { Host = "other.example" },
        Cleanup = new CleanupSpec { RemoveImages = !spec.Cleanup.RemoveImages },
        Timeouts = new OmsUpgradeTimeouts { Backup = "99h", StopOld = "1s" },
        HighAvailability = spec.HighAvailability with { AfterRollback = HighAvailabilityAfterRollback.Enable },
        Backup = spec.Backup with
        {
            AgeIdentitySecretRef = new SecretReference { Name = "other" },
            Storage = SameWork.Otherwise(spec.Backup.Storage)
        },
        ImageArchive = Otherwise(spec.ImageArchive),
        Regions = [.. spec.Regions.Select(region => region with { Nodes = [.. region.Nodes.Select(node => node with
        {
            Docker = new DockerAccess { Endpoint = "unix:///other.sock" },
            ImageArchive = Otherwise(node.ImageArchive),
        })] })],
    };

    private static OmsArchive? Otherwise(OmsArchive? archive) =>
        archive is { Storage: { } storage } ? archive with { Storage = SameWork.Otherwise(storage) } : archive;

    private void Came(string end) => _came[end] = _came.GetValueOrDefault(end) + 1;
}
