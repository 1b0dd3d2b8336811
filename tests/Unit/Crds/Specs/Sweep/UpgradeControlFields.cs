using static Drydock.Tests.Unit.Crds.Specs.Sweep.Upgrades;
using DayOfWeek = Drydock.Crds.Common.DayOfWeek;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>What a person says about the run itself.</summary>
internal static class UpgradeControlFields
{
    private static readonly MaintenanceWindow Morning = new() { Start = "04:00", End = "06:00" };

    public static IEnumerable<FieldProof> All { get; } =
    [
        InRun("approval", NothingIsDoneWithoutAnApproval),
        InRun("desiredState", () => Ended().EditedUntil(
            spec => spec with { DesiredState = DesiredState.RolledBack },
            world => world.Status.RollbackPlan is not null)),
        InRun("rollbackPolicy", AFailureGoesBackByItself),
        // Retries of the operator pause for a random time, so the two runs may differ by some seconds.
        InRun("window.start", () => FirstAct(Morning with { Start = "05:00" }).ShouldBe(FirstAct(Morning).AddHours(1))),
        InRun("window.end", () => FirstAct(Morning with { Start = "01:00", End = "03:00" })
            .ShouldBeLessThan(FirstAct(Morning with { Start = "01:00", End = "01:30" }).AddHours(-20))),
        InRun("window.days", () => FirstAct(Morning with { Days = [DayOfWeek.Mon] })
            .ShouldBe(FirstAct(Morning).AddDays(1))),
        InRun("window.timeZone", () => FirstAct(Morning with { TimeZone = "America/New_York" })
            .ShouldBe(FirstAct(Morning).AddHours(5))),
        InRun("notAfter", NothingBeginsTooLate),
        InRun("maxParallelNodes", () => (MostNodesAtOnce(null), MostNodesAtOnce(1)).ShouldBe((2, 1))),
        InRun("paused", () => Stopped(
            spec => spec with { Paused = true }, "Paused", spec => spec with { Paused = false })),
        InRun("holdBefore", () => Stopped(
            spec => spec with { HoldBefore = ["PrepareImage"] }, "Held", spec => spec with { HoldBefore = [] })),
        InRun("approvals", AnAcceptanceContinues),
        InRun("highAvailability.afterRollback", () => (
            IsOnAfterRollback(HighAvailabilityAfterRollback.AsBefore),
            IsOnAfterRollback(HighAvailabilityAfterRollback.Enable)).ShouldBe((false, true))),
        InRun("cleanup.after", () => OldContainersLeft(new CleanupSpec { After = "1h" })
            .ShouldBeLessThan(OldContainersLeft(new CleanupSpec { After = "9000h" }))),
        InRun("cleanup.removeImages", () => Images(new CleanupSpec { After = "1h", RemoveImages = true })
            .ShouldBeLessThan(Images(new CleanupSpec { After = "1h" }))),
        Plans("preflight.acknowledge", spec => spec["preflight"]!["acknowledge"] = new JsonArray()),
        Plans(
            "preflight.duplicateProjectNames", spec => spec["preflight"]!["duplicateProjectNames"] = "Rename",
            world: TwoOfOneName),
        Plans(
            "preflight.keepProjectNames",
            spec => spec["preflight"]!["keepProjectNames"] = new JsonArray("Synchronization/902"),
            spec => spec["preflight"]!["duplicateProjectNames"] = "Rename",
            world: TwoOfOneName),
        InRun("preflight.maxProjectLag", () => (Laggard("1s"), Laggard("1h")).ShouldBe((false, true))),
        InRun("preflight.apiCredentialsSecretRef.name", () =>
            ProjectWorlds.WithApiAfter(spec: spec => spec with
            {
                Preflight = spec.Preflight with { ApiCredentialsSecretRef = new SecretReference { Name = "absent" } }
            })
                .RunUntilEither(world => world.Status.Message?.Contains("absent", StringComparison.Ordinal) == true)),
    ];

    private static OmsWorld Ended()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();
        return world;
    }

    private static void EditedUntil(
        this OmsWorld world, Func<OmsUpgradeSpec, OmsUpgradeSpec> change, Func<OmsWorld, bool> condition)
    {
        condition(world).ShouldBeFalse();
        world.EditSpec(change);
        world.RunUntil(() => condition(world), "the change has its effect");
    }

    private static void RunUntilEither(this OmsWorld world, Func<OmsWorld, bool> condition)
    {
        world.RunUntil(() => world.Is("Stalled") || world.Is("Succeeded"), "an end");
        condition(world).ShouldBeTrue(world.Describe());
    }

    private static void NothingIsDoneWithoutAnApproval()
    {
        var world = new OmsWorld().Apply(spec => spec with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.HasPlan, "planned");
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.ShouldBeEmpty();
        world.EditSpec(spec => spec with { Approval = ApprovalPolicy.Automatic });
        world.RunToSuccess();
    }

    private static void AFailureGoesBackByItself()
    {
        static OmsWorld Failing(RollbackPolicy policy) =>
            new OmsWorld(new WorldSetup { Jar = (_, _) => (1, "no\n") }).Apply(
                spec => spec with { RollbackPolicy = policy });
        var waits = Failing(RollbackPolicy.Manual);
        waits.RunToStall();
        waits.Status.RollbackPlan.ShouldBeNull();
        Failing(RollbackPolicy.OnFailure).RunToRolledBack();
    }

    private static DateTimeOffset FirstAct(MaintenanceWindow window)
    {
        var world = new OmsWorld().Apply(spec => spec with { Window = window });
        world.RunUntil(() => world.Done.Count > 0, "the first act", TimeSpan.FromDays(8));
        var at = world.Done[0].At;
        return new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, at.Minute, 0, at.Offset);
    }

    private static int MostNodesAtOnce(int? limit)
    {
        var world = new OmsWorld().Apply(spec => spec with { MaxParallelNodes = limit });
        var most = 0;
        world.RunUntil(
            () =>
            {
                var running = (world.Status.Plan?.Steps ?? []).Where(step => step.State == StepState.Running)
                    .Select(step => step.Node).OfType<string>();
                most = Math.Max(most, running.Distinct(StringComparer.Ordinal).Count());
                return world.IsOver;
            },
            "the end");
        return most;
    }

    private static void NothingBeginsTooLate()
    {
        var world = new OmsWorld();
        world.Apply(spec => spec with { NotAfter = world.Time.GetUtcNow() - TimeSpan.FromMinutes(1) });
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe(Reasons.TooLate);
        world.Done.ShouldBeEmpty();
        world.EditSpec(spec => spec with { NotAfter = world.Time.GetUtcNow() + TimeSpan.FromHours(1) });
        world.RunToSuccess();
    }

    private static void Stopped(
        Func<OmsUpgradeSpec, OmsUpgradeSpec> stop, string reason, Func<OmsUpgradeSpec, OmsUpgradeSpec> go)
    {
        var world = new OmsWorld().Apply(stop);
        world.RunUntil(() => world.ReasonOf("Reconciling") == reason, reason);
        world.RunFor(TimeSpan.FromHours(5));
        world.Done.ShouldBeEmpty();
        world.EditSpec(go);
        world.RunToSuccess();
    }

    private static void AnAcceptanceContinues()
    {
        var world = new OmsWorld(new WorldSetup { Init = static (_, _) => (0, "another last line\n%done%") }).Apply();
        world.RunToStall();
        world.RunFor(TimeSpan.FromHours(1));
        world.Is("Stalled").ShouldBeTrue();
        world.EditSpec(spec => spec with { Approvals = [world.AcceptWord("InitMetadata/oms-a")] });
        world.RunToSuccess();
    }

    private static bool IsOnAfterRollback(HighAvailabilityAfterRollback wanted)
    {
        var world = new OmsWorld(new WorldSetup { HaConfig = """{"enable":false}""", Jar = (_, _) => (1, "no\n") })
            .Apply(spec => spec with
            {
                RollbackPolicy = RollbackPolicy.OnFailure,
                HighAvailability = spec.HighAvailability with { AfterRollback = wanted }
            });
        world.RunToRolledBack();
        return world.Metadata.IsHighAvailabilityOn;
    }

    private static OmsWorld CleanedUp(CleanupSpec cleanup)
    {
        var world = new OmsWorld().Apply(spec => spec with { Cleanup = cleanup });
        world.RunUntil(() => world.Is("Succeeded"), "success");
        world.RunFor(TimeSpan.FromHours(27));
        return world;
    }

    private static int OldContainersLeft(CleanupSpec cleanup) =>
        CleanedUp(cleanup).Hosts.Count(host => host.Find(OmsWorld.OldName) is not null);

    private static int Images(CleanupSpec cleanup) => CleanedUp(cleanup).Hosts.Sum(host => host.Images.Count);

    private static void TwoOfOneName(OmsWorld world) => world.Metadata.Projects.AddRange(
    [
        new OmsProject(ProjectKind.Migration, "901", "twice", "RUNNING"),
        new OmsProject(ProjectKind.Synchronization, "902", "twice", "RUNNING"),
    ]);

    private static bool Laggard(string most)
    {
        var world = ProjectWorlds.WithApiBefore(
            world => world.Console.Projects.ForEach(project => project.Lag = TimeSpan.FromMinutes(2)),
            spec => spec with
            {
                Approval = ApprovalPolicy.Manual,
                Preflight = spec.Preflight with { MaxProjectLag = most }
            });
        world.RunUntil(() => world.HasPlan || world.Is("Stalled"), "planned or refused");
        return world.HasPlan;
    }
}
