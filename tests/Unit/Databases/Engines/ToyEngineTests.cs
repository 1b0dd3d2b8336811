using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Upgrades;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

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
        world.Is(ConditionTypes.Verified).ShouldBeTrue();
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

    private sealed class ToyEngineWorld() : RunWorld<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
        "db", WorldJson.Crds)
    {
        public ToyEngine Engine { get; } = new();

        protected override RunKind Kind =>
            new DatabaseUpgradeKind(new DatabaseServices
            {
                Engines = new DatabaseEngineSet(Engine),
                Kubernetes = Api,
                Hosts = new DatabaseHostServices(null!, null!, Time),
                Storages = null!,
                BackupStorage = null!,
                SnapshotChanges = new AsyncSignal(),
                Claims = null!,
                Fence = this,
                Events = Events,
                Time = Time,
                Loggers = NullLoggerFactory.Instance,
            });

        public ToyEngineWorld Apply(Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? change = null)
        {
            var spec = new DatabaseRollingUpgradeSpec
            {
                Engine = ToyEngine.Toy,
                FromVersion = "1.0.0",
                ToVersion = "2.0.0",
                Instances = [.. Engine.Versions.Keys.Select(name => new DatabaseInstance { Name = name, Host = name, Component = DatabaseComponent.PD })],
            };
            Create(change is null ? spec : change(spec));
            return this;
        }
    }
}
