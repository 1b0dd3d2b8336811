namespace Drydock.Tests.Unit.Databases.Discovery;

/// <summary>How an instance of spec.addedInstances is started and stopped after preflight found the others on their
/// hosts.</summary>
public sealed class AddedInstanceTests
{
    private static readonly AddedInstance Joined =
        new() { Name = "tikv-9", Component = DatabaseComponent.TiKV, Host = "h9", Port = 20171, DeployDir = "/deploy" };

    private readonly List<string> _looked = [];
    private int _told;

    [Fact]
    public async Task Control_is_found_on_its_own_host_and_only_once()
    {
        var added = new AddedInstances(() => true, LookAsync, () => _told++);
        var topology = Topology(added, out var upgrade);

        (await topology.FindRefusalAsync(CancellationToken.None)).ShouldBeNull();
        ChangedTopology.Current(upgrade, added).Spec.Instances[^1].Control!.Systemd!.Unit
            .ShouldBe("tikv-20171.service");
        (await Topology(added, out _).FindRefusalAsync(CancellationToken.None)).ShouldBeNull();

        _looked.ShouldBe(["h9"], "the control of another instance is never used");
        _told.ShouldBe(1);
    }

    [Fact]
    public async Task Uncertain_control_is_refused_with_the_instance_and_the_field()
    {
        var topology = Topology(
            new AddedInstances(() => true, (_, _) => Task.FromResult<IReadOnlyList<HostProcess>>([]), () => _told++),
            out _);

        (await topology.FindRefusalAsync(CancellationToken.None)).ShouldBeWorded();
        _told.ShouldBe(0);
    }

    [Fact]
    public async Task Spec_that_describes_every_instance_gives_it_the_control_of_the_first()
    {
        var added = new AddedInstances(() => false, LookAsync, () => _told++);

        (await Topology(added, out var upgrade).FindRefusalAsync(CancellationToken.None)).ShouldBeNull();

        ChangedTopology.Current(upgrade, added).Spec.Instances[^1].Control!.Systemd!.Unit
            .ShouldBe("tikv-20160.service");
        _looked.ShouldBeEmpty();
    }

    private static ChangedTopology Topology(AddedInstances added, out DatabaseRollingUpgrade upgrade)
    {
        var first = new DatabaseInstance
        {
            Name = "tikv-1",
            Component = DatabaseComponent.TiKV,
            Host = "h1",
            DeployDir = "/deploy",
            Control = new InstanceControl { Systemd = new SystemdControl { Unit = "tikv-20160.service" } },
        };
        var stored = new DatabaseRollingUpgrade
        {
            Metadata = new() { Name = "u", Generation = 2 },
            Spec = HostCases.Spec(DatabaseEngine.TiDB, first) with { Processes = [], AddedInstances = [Joined] },
        };
        upgrade = stored;
        return new ChangedTopology(() => stored, new Fit(), added, new WorldEvents(), TimeProvider.System);
    }

    private Task<IReadOnlyList<HostProcess>> LookAsync(string host, CancellationToken cancellationToken)
    {
        _looked.Add(host);
        return Task.FromResult<IReadOnlyList<HostProcess>>(
        [
            new HostProcess
            {
                Host = host,
                Pid = 17,
                Program = "tikv-server",
                Executable = "/deploy/bin/tikv-server",
                Started = "/deploy/bin/tikv-server",
                Real = "/deploy/bin/tikv-server",
                Arguments = ["/deploy/bin/tikv-server"],
                Ports = [20171],
                Unit = "tikv-20171.service",
            },
        ]);
    }

    private sealed class Fit : IEngineTargets
    {
        public IStepCatalog Catalog => throw new NotSupportedException();

        public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<string>> VersionsAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ParkedStateResult> CleanUpAsync(
            DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
            Task.FromResult<string?>(null);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
