namespace Drydock.Tests.Unit.Databases.Discovery;

/// <summary>The search for what a spec leaves out: what is found, named, and asked.</summary>
public sealed class TopologySearchTests
{
    private readonly Dictionary<string, List<HostProcess>> _hosts = new(StringComparer.Ordinal);
    private readonly Findings _findings = new(text => text, ClientFailures.Finding);
    private readonly List<DatabaseInventory> _bound = [];

    [Fact]
    public async Task Members_found_from_members_are_looked_at_too()
    {
        Runs("h1", DatabaseComponent.PD, 2379);
        Runs("h1", DatabaseComponent.TiDB, 4000);
        Runs("h2", DatabaseComponent.TiDB, 4001);

        var inventory = (await SearchAsync(Spec(), search =>
        [
            Member(DatabaseComponent.PD, "h1", 2379) with { Name = "pd-one" },
            .. search.Processes.Any(p => p.Program == "tidb-server")
                ? new[] { Member(DatabaseComponent.TiDB, "h2", 4001), Member(DatabaseComponent.TiDB, "h1", 4000) }
                : [],
        ])).ShouldNotBeNull();

        inventory.Instances.Select(i => (i.Name, i.Host, i.Port))
            .ShouldBe([("pd-one", "h1", 2379), ("tidb-h1", "h1", 4000), ("tidb-h2-4001", "h2", 4001)]);
        inventory.Instances.ShouldAllBe(i => i.DeployDir == "/deploy" && i.Control!.Unit != null);
        _bound.Count.ShouldBe(3);
        _bound[0].Instances.ShouldHaveSingleItem().Name.ShouldBe("pd-one");
        _findings.Any.ShouldBeFalse();
    }

    [Fact]
    public async Task Order_of_answers_changes_nothing()
    {
        FoundMember[] members =
        [
            Member(DatabaseComponent.TiKV, "10.0.1.10", 20160), Member(DatabaseComponent.TiKV, "10.0.1.9", 20161),
            Member(DatabaseComponent.TiKV, "10.0.1.9", 20160)
        ];
        foreach (var member in members)
        {
            Runs(member.Host, member.Component, member.Port);
        }

        var first = await SearchAsync(Spec(), _ => members);
        var second = await SearchAsync(Spec(), _ => [.. members.Reverse()]);

        first!.Instances.Select(i => i.Name).ShouldBe(["tikv-10-0-1-9", "tikv-10-0-1-9-20161", "tikv-10-0-1-10"]);
        second!.Instances.Select(i => (i.Name, i.Control!.Unit))
            .ShouldBe(first.Instances.Select(i => (i.Name, i.Control!.Unit)));
    }

    [Fact]
    public async Task Listed_instance_keeps_its_name_and_settings()
    {
        Runs("h1", DatabaseComponent.TiKV, 20160);
        var spec = Spec(new DatabaseInstance
        {
            Name = "mine",
            Component = DatabaseComponent.TiKV,
            Host = "h1",
            DeployDir = "/own"
        });

        var inventory = await SearchAsync(spec, _ => [Member(DatabaseComponent.TiKV, "h1", 20160)]);

        var found = inventory!.Instances.ShouldHaveSingleItem();
        (found.Name, found.DeployDir, found.FoundIn).ShouldBe(("mine", null, "spec.instances"));
        DatabaseSpecCompletion.Complete(spec, inventory).Instances.ShouldHaveSingleItem().DeployDir.ShouldBe("/own");
    }

    [Fact]
    public async Task Uncertain_control_and_missing_process_name_the_field()
    {
        Runs("h1", DatabaseComponent.TiKV, 20160, p => p with { Unit = null, HasStarter = true });
        _hosts["h2"] = [];

        var inventory = await SearchAsync(
            Spec(), _ => [Member(DatabaseComponent.TiKV, "h1", 20160), Member(DatabaseComponent.PD, "h2", 2379)]);

        inventory.ShouldBeNull();
        var findings = _findings.Sorted();
        findings.Select(f => (f.Reason, f.Field)).ShouldBe([
            (Reasons.ControlMismatch, "spec.instances[pd-h2].control"),
            (Reasons.ControlMismatch, "spec.instances[tikv-h1].control")]);
        findings[0].Message.ShouldBeWorded();
        findings[1].Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Defaults_answer_what_the_host_leaves_open()
    {
        Runs("h1", DatabaseComponent.TiKV, 20160, p => p with { Unit = null, HasStarter = true });
        var spec = Spec() with
        {
            InstanceDefaults = new InstanceDefaults { Control = new InstanceControl { Systemd = new SystemdControl() } }
        };

        var inventory = await SearchAsync(spec, _ => [Member(DatabaseComponent.TiKV, "h1", 20160)]);

        inventory!.Instances.ShouldHaveSingleItem().Control.ShouldBeNull();
        _findings.Any.ShouldBeFalse();
    }

    [Fact]
    public async Task Without_seed_only_hosts_of_incomplete_instances_are_looked_at()
    {
        Runs("h1", DatabaseComponent.TiKV, 20160);
        var control = new InstanceControl { Systemd = new SystemdControl() };
        var spec = Spec(
            new DatabaseInstance { Name = "a", Component = DatabaseComponent.TiKV, Host = "h1" },
            new DatabaseInstance
            {
                Name = "b",
                Component = DatabaseComponent.TiKV,
                Host = "h2",
                DeployDir = "/d",
                Control = control
            }) with
        { DiscoverFrom = null };

        var inventory = await SearchAsync(spec, _ => throw new InvalidOperationException("the cluster is not asked"));

        var found = inventory!.Instances.ShouldHaveSingleItem();
        (found.Name, found.DeployDir, found.Control!.Unit).ShouldBe(("a", "/deploy", "u-20160.service"));
    }

    [Fact]
    public async Task Unreachable_host_is_a_finding_with_its_name()
    {
        var inventory = await SearchAsync(Spec(), _ => [Member(DatabaseComponent.TiKV, "h9", 20160)]);

        inventory.ShouldBeNull();
        _findings.Sorted().ShouldHaveSingleItem().Node.ShouldBe("h9");
    }

    [Fact]
    public async Task Next_seed_is_asked_where_one_does_not_answer()
    {
        Runs("h2", DatabaseComponent.PD, 2379);
        var asked = new List<string>();
        var search = new TopologySearch(
            Spec() with { DiscoverFrom = "h1,h2:2379,h3" },
            new Cluster(search =>
            {
                asked.Add(search.Host);
                return search.Host == "h2" ? [Member(DatabaseComponent.PD, "h2", 2379)] : [];
            }),
            LookAsync,
            _bound.Add,
            _findings);

        (await search.RunAsync(CancellationToken.None)).ShouldNotBeNull().Instances.ShouldHaveSingleItem().Host
            .ShouldBe("h2");
        asked.ShouldBe(["h1", "h2", "h2"]);
    }

    [Theory]
    [InlineData(5000, 0)]
    [InlineData(200, 200)]
    public async Task More_members_than_an_upgrade_takes_end_the_search_before_their_hosts(int each, int looked)
    {
        var (round, looks) = (0, 0);
        var search = new TopologySearch(
            Spec(),
            new Cluster(_ => [.. Enumerable.Range(each * round++, each).Select(
                i => Member(DatabaseComponent.TiKV, $"h{i}", 20160))]),
            (_, _) =>
            {
                looks++;
                return Task.FromResult<IReadOnlyList<HostProcess>>([]);
            },
            _bound.Add,
            _findings);

        (await search.RunAsync(CancellationToken.None)).ShouldBeNull();

        looks.ShouldBe(looked);
        var finding = _findings.Sorted().ShouldHaveSingleItem();
        (finding.Reason, finding.Field).ShouldBe((Reasons.InstancesDiffer, "spec.discoverFrom"));
        finding.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", null)]
    [InlineData("pd.example:12379", "pd.example", 12379)]
    [InlineData("2001:db8::1", "2001:db8::1", null)]
    public void Seed_has_an_optional_port(string seed, string host, int? port)
    {
        var search = MemberSearch.Of(seed, []);

        (search.Host, search.Port).ShouldBe((host, port));
    }

    [Fact]
    public void Long_host_gives_a_short_unique_name()
    {
        var host = string.Join('.', Enumerable.Repeat("datacentre", 10));

        var name = InstanceNames.Of(
            Spec(), Member(DatabaseComponent.Drainer, host, 18249), new HashSet<string>(StringComparer.Ordinal));

        name.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.ShortName);
        name.ShouldNotBe(InstanceNames.Of(
            Spec(), Member(DatabaseComponent.Drainer, host + "x", 18249), new HashSet<string>(StringComparer.Ordinal)));
        name.ShouldMatch(Patterns.Label);
    }

    private Task<DatabaseInventory?> SearchAsync(
        DatabaseRollingUpgradeSpec spec, Func<MemberSearch, IReadOnlyList<FoundMember>> find) =>
        new TopologySearch(spec, new Cluster(find), LookAsync, _bound.Add, _findings).RunAsync(CancellationToken.None);

    private Task<IReadOnlyList<HostProcess>> LookAsync(string host, CancellationToken cancellationToken) =>
        _hosts.TryGetValue(host, out var processes)
            ? Task.FromResult<IReadOnlyList<HostProcess>>(processes)
            : throw new HostException(host, Reasons.HostUnreachable, $"{host}: no route to host. Check it.");

    private void Runs(string host, DatabaseComponent component, int port, Func<HostProcess, HostProcess>? change = null)
    {
        var program = ProgramNames.Of(Spec(), component);
        var process = new HostProcess
        {
            Host = host,
            Pid = port,
            Program = program,
            Executable = $"/deploy/bin/{program}",
            Started = $"/deploy/bin/{program}",
            Real = $"/deploy/bin/{program}",
            Arguments = [$"/deploy/bin/{program}"],
            Ports = [port],
            Unit = $"u-{port}.service",
        };
        (_hosts.TryGetValue(host, out var list) ? list : _hosts[host] = []).Add(
            change is null ? process : change(process));
    }

    private static FoundMember Member(DatabaseComponent component, string host, int port) =>
        new(component, host, port, "PD");

    private static DatabaseRollingUpgradeSpec Spec(params DatabaseInstance[] instances) =>
        HostCases.Spec(DatabaseEngine.TiDB, instances) with { Processes = [], DiscoverFrom = "h1" };

    private sealed class Cluster(Func<MemberSearch, IReadOnlyList<FoundMember>> find) : IEngineTargets
    {
        public IStepCatalog Catalog => throw new NotSupportedException();

        public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
            Task.FromResult(new FoundMembers(find(search), []));

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
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
