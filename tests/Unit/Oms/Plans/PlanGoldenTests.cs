namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// Undo, rollback, redo and clean-up as they are compiled at every kill point of the scenarios, in Goldens.
/// </summary>
public sealed class PlanGoldenTests
{
    private const string Area = "Oms";
    private const string HighAvailabilityOff = """{"enable":false,"refetchStoreIntervalMin":30}""";

    private static readonly Dictionary<string, (Func<OmsWorld> Begin, Action<OmsWorld> ToEnd)> Scenarios = new(
        StringComparer.Ordinal)
    {
        ["two-nodes"] = (() => World(), SucceedAndGoBack),
        ["short-manifest"] = (() => World(null, ShortSpecs.Short), Succeed),
        ["failed-jar-rolled-back"] = (
            () => World(new WorldSetup { Jar = RollbackTests.FailingJar }, s =>
                s with { RollbackPolicy = RollbackPolicy.OnFailure }),
            static world => world.RunToRolledBack()),
        ["rolled-back-and-again"] = (() => FailsOnce(init: true), static world =>
        {
            world.RunUntil(() => world.Is("Failed"), "failed");
            RollbackTests.GoBack(world);
            world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
            world.Retry();
            SucceedAndGoBack(world);
        }
        ),
        ["undone-by-abort"] = (() => World(null, s => s with { HoldBefore = ["StopOld"] }), static world =>
        {
            world.RunUntil(() => world.Is("Held"), "held");
            world.Annotate(Annotations.Abort, "stop");
            world.RunUntil(() => world.Status.RollbackPlan is { Steps.Count: > 0 } back && back.IsDone, "undone");
        }
        ),
        ["undone-by-deletion"] = (() => World(null, s => Manual(s) with { HoldBefore = ["StopOld"] }), static world =>
        {
            SwitchOff(world);
            world.RunUntil(() => world.Step("DisableHA/ha-config").State == StepState.Succeeded, "off");
            world.Delete();
            world.RunUntil(() => world.IsGone(), "gone");
        }
        ),
        ["redo-after-failed-jar"] = (() => FailsOnce(init: false), static world =>
        {
            world.RunUntil(() => world.Is("Failed"), "failed");
            world.RetryOnRestoredData();
            SucceedAndGoBack(world);
        }
        ),
        ["redo-after-lost-first-jar"] = (() => World(), static world => LoseAndRestore(world, "jar", "oms-a")),
        ["redo-after-lost-second-jar"] = (() => World(), static world => LoseAndRestore(world, "jar", "oms-b")),
        ["redo-after-lost-init"] = (() => World(), static world =>
        {
            LoseAndRestore(world, "init", "oms-a");
            world.RunToSuccess();
        }
        ),
        ["redo-twice-and-back"] = (() => World(), static world =>
        {
            Lose(world, "jar", "oms-a", times: 1);
            world.RetryOnRestoredData();
            Lose(world, "init", "oms-a", times: 1);
            world.RetryOnRestoredData();
            world.RunUntil(() => world.Count("restore") == 2 && world.Count("jar") == 4, "corrected again");
            RollbackTests.GoBack(world);
        }
        ),
        ["redo-after-old-container-ran"] = (() => World(new WorldSetup { PeopleMayStartOld = true }), static world =>
        {
            world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
            RunOld(world);
            world.RunUntil(() => world.Is("Failed"), "failed");
            world.RetryOnRestoredData();
            world.RunToSuccess();
        }
        ),
        ["old-container-ran-before-start"] = (
            () => World(new WorldSetup { PeopleMayStartOld = true }, s => s with { HoldBefore = ["StartNew"] }),
            static world =>
            {
                world.RunUntil(() => world.Is("Held"), "held");
                RunOld(world);
                world.EditSpec(s => s with { HoldBefore = [] });
                world.RunUntil(
                    () => world.IsOver || world.Is("Failed") || world.ReasonOf("Stalled") == "TargetChanged",
                    "over or stopped");
            }
        ),
        ["old-container-ran-after-success"] = (() => World(new WorldSetup { PeopleMayStartOld = true }), static world =>
        {
            world.RunUntil(() => world.Count("ha on") == 1, "high availability is on");
            RunOld(world);
            world.RunUntil(() => world.IsOver || world.ReasonOf("Stalled") == "TargetChanged", "stopped");
        }
        ),
        ["old-container-removed"] = (() => World(), static world =>
        {
            world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
            world["oms-b"].Containers.Remove(world.Old("oms-b"));
            world.RunToStall();
            world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
            world.RunToSuccess();
        }
        ),
        ["two-regions"] = (() => World(new WorldSetup { Regions = 2 }), SucceedAndGoBack),
        ["two-regions-failed-jar"] = (
            () => World(new WorldSetup
            {
                Regions = 2,
                Jar = static (_, c) => c.Host.Name == "oms-c" ? (1, "Exception\n") : (0, "")
            }),
            static world =>
            {
                world.RunUntil(() => world.Is("Failed"), "failed");
                RollbackTests.GoBack(world);
            }
        ),
        ["community-one-node"] = (() => World(RollbackVariantTests.Community(nodes: 1)), SucceedAndGoBack),
        ["community-two-nodes"] = (() => World(RollbackVariantTests.Community(nodes: 2)), SucceedAndGoBack),
        ["one-node-at-a-time"] =
            (() => World(new WorldSetup { Nodes = 3 }, s => s with { MaxParallelNodes = 1 }), SucceedAndGoBack),
        ["init-on-every-host"] = (() => World(new WorldSetup { InitsEveryHost = true }), Succeed),
        ["source-without-jar"] =
            (() => World(new WorldSetup { FromVersion = "4.1.1", NeedsJar = false }), SucceedAndGoBack),
        ["image-present"] = (() => World(new WorldSetup { ImagePresent = true }), StopOld),
        ["image-in-registry"] = (() => World(new WorldSetup { ImageInRegistry = true }), StopOld),
        ["renamed-projects"] = (
            () =>
            {
                var world = new OmsWorld(new WorldSetup { RealJson = false });
                world.Metadata.Projects.Add(new OmsProject(ProjectKind.Migration, "np_7", "orders", "SUSPEND"));
                return world.Apply(s =>
                    s with { Preflight = s.Preflight with { DuplicateProjectNames = DuplicateNamePolicy.Rename } });
            },
            SucceedAndGoBack),
        ["manual-high-availability"] = (() => World(null, Manual), static world =>
        {
            SwitchOff(world);
            world.RunUntil(
                () => world.Count("jar") == 2 && world.ReasonOf("Held") == "AwaitingManualChange", "to be enabled");
            world.Metadata.HaConfig =
                """{"enable":true,"perceiveStoreClientCheckpoint":true,"refetchStoreIntervalMin":900}""";
            world.RunToSuccess();
            world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
            world.RunUntil(() => world.Status.RollbackPlan is not null, "compiled");
        }
        ),
        ["high-availability-was-off"] = (
            () => World(
                new WorldSetup { HaConfig = HighAvailabilityOff },
                s => s with
                {
                    HighAvailability = s.HighAvailability with { AfterRollback = HighAvailabilityAfterRollback.Enable }
                }),
            SucceedAndGoBack),
        ["high-availability-stays-off"] = (
            () => World(
                new WorldSetup { HaConfig = HighAvailabilityOff },
                s => s with
                {
                    HighAvailability = s.HighAvailability with { AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore }
                }),
            SucceedAndGoBack),
        ["manual-high-availability-was-off"] = (
            () => World(
                new WorldSetup { HaConfig = HighAvailabilityOff, Jar = RollbackTests.FailingJar },
                s => s with
                {
                    HighAvailability = s.HighAvailability with
                    {
                        Method = HighAvailabilityMethod.Manual,
                        AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore,
                        AfterRollback = HighAvailabilityAfterRollback.Enable,
                    },
                }),
            static world => world.RunUntil(() => world.Is("Failed"), "failed")),
        ["no-ha-config"] = (
            () => World(
                new WorldSetup { HaConfig = null, Jar = RollbackTests.FailingJar },
                s => s with
                {
                    HighAvailability = s.HighAvailability with { AfterRollback = HighAvailabilityAfterRollback.Enable },
                    Preflight = s.Preflight with
                    {
                        Acknowledge = [.. s.Preflight.Acknowledge, Reasons.HighAvailabilityUnknown]
                    },
                }),
            static world =>
            {
                world.RunUntil(() => world.Is("Failed"), "failed");
                RollbackTests.GoBack(world);
            }
        ),
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    public static TheoryData<string> StoredNames => ["two-regions", "community-one-node", "renamed-projects"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Plans_compiled_at_every_kill_point_are_golden(string name)
    {
        var kind = new OmsUpgradeKind(null!);
        var golden = new PlanGolden(kind)
        {
            WithImages = static spec =>
                ((OmsUpgradeSpec)spec) with { Cleanup = new CleanupSpec { RemoveImages = true } }
        };
        var world = Scenarios[name].Begin();
        (OmsUpgrade? Entity, RunObject? Read) last = default;
        world.Fates = point =>
        {
            Look(point.Number);
            return Fate.Live;
        };
        Scenarios[name].ToEnd(world);
        Look(world.Points.Count + 1);

        GoldenFile.ShouldBe(Area, $"{name}.txt", golden.ToString());
        world.Rules.Broken.ShouldBeEmpty();

        void Look(int point)
        {
            if (world.Api.Find<OmsUpgrade>(OmsWorld.Namespace, world.Setup.Name) is { } entity)
            {
                last = ReferenceEquals(entity, last.Entity) ? last : (entity, kind.Form.Read(entity));
                golden.Saw(point, last.Read!.Spec, last.Read.Status);
            }
        }
    }

    [Fact]
    public void Every_golden_file_has_its_scenario() =>
        GoldenFile.ShouldBeOf(Area, Scenarios.Keys);

    [Theory]
    [MemberData(nameof(StoredNames))]
    public void Stored_plan_is_read_and_has_its_hash(string name)
    {
        var world = Scenarios[name].Begin();
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        GoldenFile.ShouldBeStored(Area, name, world.Plan);
        world.RunToSuccess();
        GoldenFile.ShouldBeStored(Area, $"{name}-done", world.Plan);
    }

    private static OmsWorld World(WorldSetup? setup = null, Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null) =>
        new OmsWorld((setup ?? new WorldSetup()) with { RealJson = false }).Apply(change);

    private static OmsWorld FailsOnce(bool init)
    {
        var runs = 0;
        return World(init
            ? new WorldSetup { Init = (_, _) => ++runs == 1 ? (1, "no\n") : (0, "%marker%") }
            : new WorldSetup { Jar = (_, _) => ++runs == 1 ? (1, "Exception\n") : (0, "") });
    }

    private static OmsUpgradeSpec Manual(OmsUpgradeSpec spec) =>
        spec with { HighAvailability = spec.HighAvailability with { Method = HighAvailabilityMethod.Manual } };

    private static void SwitchOff(OmsWorld world)
    {
        world.RunUntil(() => world.ReasonOf("Held") == "AwaitingManualChange", "to be disabled");
        world.Metadata.HaConfig = """{"enable":false}""";
    }

    private static void Succeed(OmsWorld world) => world.RunToSuccess();

    private static void SucceedAndGoBack(OmsWorld world)
    {
        world.RunToSuccess();
        RollbackTests.GoBack(world);
    }

    // Only what is undone before differs.
    private static void StopOld(OmsWorld world) => world.RunUntil(() => world.Count("stop") == 2, "stopped");

    private static void LoseAndRestore(OmsWorld world, string kind, string host)
    {
        Lose(world, kind, host, times: 1);
        world.RetryOnRestoredData();
        world.RunUntil(() => world.Count("restore") == 1, "restored");
    }

    private static void Lose(OmsWorld world, string kind, string host, int times)
    {
        world.RunUntil(() => world.Count(kind, host) == times, kind);
        world.RunFor(TimeSpan.FromSeconds(5));
        world[host].RestartDockerd();
        world.RunToStall();
    }

    private static void RunOld(OmsWorld world)
    {
        world.Old("oms-b").Start();
        world.RunFor(TimeSpan.FromSeconds(5));
        world.Old("oms-b").Stop();
    }
}
