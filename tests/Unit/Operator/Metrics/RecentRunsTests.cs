using Drydock.Clients.Kubernetes.Watching;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>Which objects a collection of the metrics reads.</summary>
public sealed class RecentRunsTests
{
    private readonly ManualTimeProvider _time = new(Runs.Start);
    private readonly Objects _objects = new();
    private readonly RecentRuns<OmsUpgrade> _recent;

    public RecentRunsTests() => _recent = new RecentRuns<OmsUpgrade>(_objects, OmsUpgradeSample.Sampling, _time);

    private string[] Names => [.. _recent.Read().Select(run => run.Metadata.Name).Order(StringComparer.Ordinal)];

    [Fact]
    public void Ended_object_is_read_for_a_day()
    {
        _objects.Set(Ended("done", 0));
        _objects.Set(Runs.Upgrade("open", Runs.Status("StopOld", "StepRunning", ConditionTypes.Reconciling)));

        _time.Advance(TimeSpan.FromHours(23));
        Names.ShouldBe(["done", "open"]);
        _time.Advance(TimeSpan.FromHours(2));
        Names.ShouldBe(["open"]);
    }

    [Fact]
    public void Object_that_ended_long_ago_is_never_read()
    {
        _objects.Set(Ended("done", -25));

        Names.ShouldBeEmpty();
    }

    [Fact]
    public void Old_object_that_runs_again_is_read()
    {
        _objects.Set(Ended("done", -25));
        _objects.Set(Runs.Upgrade("done", Runs.Status("Preflight", "Preflight", ConditionTypes.Reconciling)));

        Names.ShouldBe(["done"]);
    }

    [Fact]
    public void Deleted_object_is_not_read()
    {
        _objects.Set(Ended("done", 0));
        _objects.Remove("done");

        Names.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_cache_keeps_is_read_and_not_the_object_of_the_change()
    {
        _objects.Keep = upgrade => upgrade with { Metadata = ReducedObject.Metadata(upgrade.Metadata) };
        _objects.Set(Ended("done", 0));

        _recent.Read().ShouldHaveSingleItem().Metadata.IsReduced.ShouldBeTrue();
    }

    private static OmsUpgrade Ended(string name, int hours) => Runs.Upgrade(
        name,
        Runs.Status("Succeeded", "Succeeded", ConditionTypes.Ready, ConditionTypes.Succeeded) with { FinishedAt = Runs.Start.AddHours(hours) });

    private sealed class Objects : IResourceCache<OmsUpgrade>
    {
        private readonly Dictionary<ObjectKey, OmsUpgrade> _all = [];
        private Action<ResourceChange<OmsUpgrade>>? _onChange;

        public Func<OmsUpgrade, OmsUpgrade> Keep { get; set; } = upgrade => upgrade;

        public bool HasSynced => true;

        public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public OmsUpgrade? Get(ObjectKey key) => _all.GetValueOrDefault(key);

        public IReadOnlyList<OmsUpgrade> List() => [.. _all.Values];

        public IDisposable Subscribe(Action<ResourceChange<OmsUpgrade>> onChange)
        {
            _onChange = onChange;
            return new MemoryStream();
        }

        public void Observe(OmsUpgrade written) => throw new NotSupportedException();

        public void Set(OmsUpgrade upgrade)
        {
            _all[ObjectKey.Of(upgrade)] = Keep(upgrade);
            _onChange!(new ResourceChange<OmsUpgrade>(ResourceChangeType.Modified, upgrade, null));
        }

        public void Remove(string name)
        {
            var key = new ObjectKey("oms", name);
            _all.Remove(key, out var last);
            _onChange!(new ResourceChange<OmsUpgrade>(ResourceChangeType.Deleted, last!, null));
        }
    }
}
