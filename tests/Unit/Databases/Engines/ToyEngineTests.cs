using Drydock.Tests.Unit.Upgrades;

namespace Drydock.Tests.Unit.Databases;

/// <summary>
/// A third engine needs the seam and nothing else: the frame, the hosts and the Secrets are those of the product.
/// </summary>
public sealed class ToyEngineTests
{
    [Fact]
    public void ToyEngine_upgrade_survives_restart_after_each_act()
    {
        var world = new ToyEngineWorld().Apply();
        foreach (var done in (int[])[1, 2, 3])
        {
            world.RunUntil(() => world.Engine.Acts.Count == done, $"{done} processes are swapped");
            world.Restart();
        }

        world.RunUntil(() => world.IsOver, "it has succeeded");
        world.Engine.Acts.ShouldBe(["Upgrade/n1 2.0.0", "Upgrade/n2 2.0.0", "Upgrade/n3 2.0.0"]);
        world.Status.Instances.ShouldAllBe(i => i.Version == "2.0.0");
        world.IsPast("Verify").ShouldBeTrue();
    }

    [Fact]
    public void Skipped_instance_counts_as_done_once_the_cluster_forgot_it()
    {
        var world = new ToyEngineWorld().Apply(spec => spec with { HoldBefore = ["Upgrade/n2"] });
        world.RunUntil(() => world.Is("Held"), "it is held");

        world.Edit(spec => spec with { HoldBefore = [], RemovedInstances = ["n3"] });
        world.RunUntil(
            () => world.Status.Message?.Contains(
                "spec.removedInstances[n3] is not accepted: the cluster still lists n3.",
                StringComparison.Ordinal) == true,
            "it is refused");
        world.Engine.Acts.ShouldBe(["Upgrade/n1 2.0.0"], "nothing is done before the skip is accepted");

        world.Engine.Gone.Add("n3");
        world.Engine.Versions["n3"] = "2.0.0";
        world.RunUntil(() => world.IsOver, "it has succeeded");
        world.Engine.Acts.ShouldBe(["Upgrade/n1 2.0.0", "Upgrade/n2 2.0.0"]);
        var skipped = world.Status.Skipped.ShouldHaveSingleItem();
        (skipped.Name, skipped.Since is not null, skipped.Generation > 0).ShouldBe(("n3", true, true));
        world.Status.Plan!.Step("Upgrade/n3")!.Recorded(ChangedTopology.GenerationFact).ShouldNotBeNull();
        world.Events.All.ShouldContain(
            e => e.Reason == Reasons.InstanceSkipped && e.Message.Contains("n3", StringComparison.Ordinal));
        var action = world.Status.ActionRequired.Where(a => a.Reason == Reasons.InstanceSkipped).ShouldHaveSingleItem();
        action.Subject.ShouldBe("n3");
        action.Message.ShouldBeWorded();
    }

    [Fact]
    public void Unreachable_host_of_an_instance_names_the_way_out()
    {
        var world = new ToyEngineWorld();
        world.Engine.Unreachable.Add("n2");
        world.Apply();
        world.RunUntil(() => world.Status?.Message?.Contains(
            "n2 cannot be reached. If its host is lost, remove n2 from the database and add it to "
            + "spec.removedInstances.",
            StringComparison.Ordinal) == true, "the message names spec.removedInstances");

        world.Engine.Unreachable.Clear();
        world.RunUntil(() => world.IsOver, "it has succeeded");
    }

    [Fact]
    public void Added_instance_must_be_known_to_the_cluster()
    {
        var world = new ToyEngineWorld().Apply(spec => spec with { HoldBefore = ["Upgrade/n2"] });
        world.RunUntil(() => world.Is("Held"), "it is held");

        world.Edit(spec => spec with
        {
            HoldBefore = [],
            AddedInstances = [new AddedInstance { Name = "n4", Host = "n4", Component = DatabaseComponent.PD }]
        });
        world.RunUntil(
            () => world.Status.Message?.Contains(
                "spec.addedInstances[n4] is not accepted: the cluster does not list n4.",
                StringComparison.Ordinal) == true,
            "it is refused");

        world.Engine.Versions["n4"] = "2.0.0";
        world.RunUntil(() => world.IsOver, "it has succeeded");
    }

    [Fact]
    public void Skip_without_a_stored_plan_is_refused()
    {
        var world = new ToyEngineWorld().Apply(spec => spec with { RemovedInstances = ["n3"] });
        world.RunUntil(() => world.Status?.Findings.Count > 0, "it is refused");

        world.Status.Findings.ShouldHaveSingleItem().Field.ShouldBe("spec.removedInstances");
    }

    [Fact]
    public void ToyEngine_rollback_restores_old_version_by_own_plan()
    {
        var world = new ToyEngineWorld().Apply(spec => spec with { HoldBefore = ["Upgrade/n3"] });
        world.RunUntil(() => world.Is("Held"), "it is held");

        world.Edit(spec => spec with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("RolledBack"), "it is rolled back");

        world.Engine.Versions.Values.ShouldAllBe(version => version == "1.0.0");
    }

    [Fact]
    public void Hold_of_an_engine_names_its_own_field_and_ends_by_approval()
    {
        var world = new ToyEngineWorld().Apply();
        world.Engine.HeldStep = "Upgrade/n2";
        world.RunUntil(() => world.Is("Held"), "it is held");

        world.Engine.Acts.ShouldBe(["Upgrade/n1 2.0.0"]);
        var held = world.Status.Conditions.Single(c => c.Type == "Held").Message;
        held.ShouldContain("spec.toy.finalize: Manual");
        world.Status.NextAction.ShouldNotBeNull().ShouldContain("drydock.dev/approve=Upgrade/n2@");
        held.ShouldNotContain("spec.holdBefore");

        world.Engine.HeldStep = null;
        world.Edit(spec => spec with { MaxParallelNodes = 1 });
        world.RunUntil(() => world.IsOver, "it has succeeded");
    }

    // The schema does not know its engine.
    private sealed class ToyEngineWorld(ManualTimeProvider time)
        : RunWorld<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
            "db", WorldJson.Crds, time, new FakeKubernetes(WorldJson.Crds, time, realJson: false))
    {
        public ToyEngineWorld()
            : this(new ManualTimeProvider())
        {
        }

        public ToyEngine Engine { get; } = new();

        protected override RunKind Kind =>
            new DatabaseUpgradeKind(new DatabaseServices
            {
                Engines = new DatabaseEngineSet(Engine),
                Kubernetes = Api,
                Hosts = new DatabaseHostServices(null!, null!, Time),
                Storages = null!,
                SnapshotChanges = new AsyncSignal(),
                Claims = null!,
                Fence = Fence,
                Events = Events,
                Time = Time,
                Loggers = NullLoggerFactory.Instance,
            });

        public ToyEngineWorld Apply(Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? change = null)
        {
            var spec = new DatabaseRollingUpgradeSpec
            {
                Approval = ApprovalPolicy.Automatic,
                HoldBefore = [],
                Engine = ToyEngine.Toy,
                FromVersion = "1.0.0",
                ToVersion = "2.0.0",
                Instances = [.. Engine.Versions.Keys.Select(name => new DatabaseInstance
                {
                    Name = name,
                    Host = name,
                    Component = DatabaseComponent.PD,
                    DeployDir = "/toy",
                    Control = new InstanceControl { Systemd = new SystemdControl() }
                })],
            };
            Create(change is null ? spec : change(spec));
            return this;
        }
    }
}
