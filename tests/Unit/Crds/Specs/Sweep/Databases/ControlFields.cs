using static Drydock.Tests.Unit.Crds.Specs.Sweep.Databases.Rolls;
using DayOfWeek = Drydock.Crds.Common.DayOfWeek;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>What a person says about the run itself, on the frame with the real kind and the real plan.</summary>
internal static class ControlFields
{
    private static readonly MaintenanceWindow Morning = new() { Start = "04:00", End = "06:00" };

    public static IEnumerable<FieldProof> All { get; } =
    [
        InRun("approval", NothingIsDoneWithoutAnApproval),
        InRun("desiredState", WhatWasDoneIsTakenBackOrRefused),
        InRun("rollbackPolicy", AFailureBeforeTheFirstStopGoesBackByItself),
        InRun("window.start", () => FirstAct(Morning with { Start = "05:00" }).ShouldBe(FirstAct(Morning).AddHours(1))),
        InRun("window.end", () => FirstPd(new() { Start = "04:00", End = "04:01" })
            .ShouldBeGreaterThan(FirstPd(Morning).AddHours(20))),
        InRun("window.days", () => FirstAct(Morning with { Days = [DayOfWeek.Mon] })
            .ShouldBeGreaterThan(FirstAct(Morning))),
        InRun("window.timeZone", () => FirstAct(Morning with { TimeZone = "America/New_York" })
            .ShouldBe(FirstAct(Morning).AddHours(5))),
        InRun("notAfter", NothingBeginsTooLate),
        InRun("maxParallelNodes", () => (MostNodesAtOnce(null), MostNodesAtOnce(1)).ShouldBe((3, 1))),
        InRun("paused", () => Stopped(
            spec => spec with { Paused = true }, Reasons.Paused, spec => spec with { Paused = false })),
        InRun("holdBefore", () => Stopped(spec => spec with
        {
            HoldBefore = [DatabaseRollingUpgradePhases.PreparePackage, DatabaseRollingUpgradePhases.SaveConfiguration]
        }, Reasons.Held, spec => spec with { HoldBefore = [] })),
        InRun("approvals", AnAcceptanceOfAStepThatProtectsDataIsRefused),
        InRun("preflight.acknowledge", AnAcknowledgedFindingIsANote),
        InRun("timeouts.preflight", PreflightEndsInTime),
    ];

    private static void AnAcknowledgedFindingIsANote()
    {
        static int Findings(params List<string> acknowledge)
        {
            var world = new TiDbWorld(new TiDbWorldSetup
            {
                Spec = s => s with { Preflight = new DatabasePreflightSpec { Acknowledge = acknowledge } }
            });
            world.Clocks["192.0.2.2"] = TimeSpan.FromMinutes(1);
            return world.Preflight().Findings.Count;
        }

        (Findings(), Findings("ClockSkew/192.0.2.2")).ShouldBe((1, 0));
    }

    private static void NothingIsDoneWithoutAnApproval()
    {
        var world = new DatabaseRunWorld().Apply(spec => spec with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.HasPlan, "planned");
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.Acts.ShouldBeEmpty();
        world.Edit(spec => spec with { Approval = ApprovalPolicy.Automatic });
        world.RunUntil(() => world.IsOver, "the end");
    }

    private static void WhatWasDoneIsTakenBackOrRefused()
    {
        var world = new DatabaseRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "the end");
        world.Edit(spec => spec with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Stalled"), "there is no way back from TiDB 3.0");
        world.ReasonOf("Stalled").ShouldBe(Reasons.RollbackUnavailable);
        world.Edit(spec => spec with { DesiredState = DesiredState.Upgraded });
        world.RunUntil(() => world.IsOver, "it is upgraded still");
    }

    private static void AFailureBeforeTheFirstStopGoesBackByItself()
    {
        static DatabaseRunWorld Failing(RollbackPolicy policy)
        {
            var world = new DatabaseRunWorld();
            world.Truth.Refusing.Add("UpgradePD/pd-1/swap");
            world.Apply(spec => spec with { RollbackPolicy = policy });
            world.RunUntil(() => world.Is("Stalled"), "a failure");
            world.RunFor(TimeSpan.FromMinutes(30));
            return world;
        }

        var (waits, goes) = (Failing(RollbackPolicy.Manual), Failing(RollbackPolicy.OnFailure));
        $"{goes.Status.Phase} {goes.Status.Message}".ShouldNotBe($"{waits.Status.Phase} {waits.Status.Message}");
    }

    private static DateTimeOffset FirstAct(MaintenanceWindow window)
    {
        var world = new DatabaseRunWorld().Apply(spec => spec with { Window = window });
        world.RunUntil(() => world.Truth.Acts.Count > 0, "the first act", TimeSpan.FromDays(8));
        return Minute(world.Truth.Acts.Values.Min());
    }

    // Between the packages and the first process that is stopped phases wait for the window.
    private static DateTimeOffset FirstPd(MaintenanceWindow window)
    {
        var world = new DatabaseRunWorld().Apply(spec => spec with { Window = window });
        world.RunUntil(
            () => world.Truth.Acts.Keys.Any(
                id => id.StartsWith(DatabaseRollingUpgradePhases.UpgradePD, StringComparison.Ordinal)),
            "the first PD", TimeSpan.FromDays(8));
        return Minute(world.Truth.Acts.Values.Max());
    }

    private static DateTimeOffset Minute(DateTimeOffset at) =>
        new(at.Year, at.Month, at.Day, at.Hour, at.Minute, 0, at.Offset);

    private static int MostNodesAtOnce(int? limit)
    {
        var world = new DatabaseRunWorld().Apply(spec => spec with { MaxParallelNodes = limit });
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
        var world = new DatabaseRunWorld();
        world.Apply(spec => spec with { NotAfter = world.Time.GetUtcNow() - TimeSpan.FromMinutes(1) });
        world.RunUntil(() => world.Is("Stalled"), "refused");
        (world.ReasonOf("Stalled"), world.Truth.Acts.Count).ShouldBe((Reasons.TooLate, 0));
        world.Edit(spec => spec with { NotAfter = world.Time.GetUtcNow() + TimeSpan.FromHours(1) });
        world.RunUntil(() => world.IsOver, "the end", TimeSpan.FromHours(12));
    }

    private static void Stopped(
        Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec> stop,
        string reason,
        Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec> go)
    {
        var world = new DatabaseRunWorld().Apply(stop);
        world.RunUntil(() => world.ReasonOf("Reconciling") == reason, reason);
        world.RunFor(TimeSpan.FromHours(5));
        world.Truth.Acts.ShouldBeEmpty();
        world.Edit(go);
        world.RunUntil(() => world.IsOver, "the end");
    }

    private static void AnAcceptanceOfAStepThatProtectsDataIsRefused()
    {
        const string Step = "UpgradePD/pd-1/swap";
        var world = new DatabaseRunWorld();
        world.Truth.Refusing.Add(Step);
        world.Apply();
        world.RunUntil(() => world.Is("Stalled"), "a failure");
        world.Status.Message.ShouldNotBeNull().ShouldNotContain("approve it");
        world.Edit(spec => spec with { Approvals = [Word.For(Step, 1, world.Status.Plan!)] });
        world.RunUntil(
            () => world.Status.Message!.Contains(
                "the data or the steps that follow rely on it", StringComparison.Ordinal),
            "an answer");
        world.Status.Approvals.ShouldHaveSingleItem().Accepted.ShouldBeFalse();
    }

    private static void PreflightEndsInTime()
    {
        static string? End(string timeout)
        {
            var world = new DatabaseRunWorld().Apply(
                spec => spec with
                {
                    Approval = ApprovalPolicy.Manual,
                    Timeouts = spec.Timeouts with { Preflight = timeout }
                });
            world.RunUntil(() => world.Is("Stalled") || world.HasPlan, "planned or too slow");
            return world.ReasonOf("Stalled");
        }

        End("1m").ShouldNotBe(Reasons.StepTimeout);
        End("5s").ShouldBe(Reasons.StepTimeout);
    }
}
