using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Unit.Databases.Discovery;

/// <summary>The short samples are short, and are planned on clusters of the size that they name.</summary>
public sealed class ShortSampleTests
{
    [Theory]
    [InlineData("databaserollingupgrade-tidb-nine-hosts.yaml", 30, 9, 19)]
    [InlineData("databaserollingupgrade-yugabytedb-six-hosts.yaml", 25, 6, 9)]
    public async Task Sample_is_short_and_planned(string name, int mostLines, int hosts, int processes)
    {
        var path = Repository.PathOf("config", "samples", name);
        File.ReadAllLines(path).Length.ShouldBeLessThanOrEqualTo(mostLines);
        var spec = YamlToJson.ReadAll(path).Single()["spec"]!
            .Deserialize(CrdsJsonContext.Default.DatabaseRollingUpgradeSpec)!;
        var members = Members(spec).ToList();
        var findings = new Findings(text => text, ClientFailures.Finding);
        var search = new TopologySearch(
            spec, new Cluster(members), (host, _) => LookAsync(spec, members, host), _ => { }, findings);

        var inventory = (await search.RunAsync(CancellationToken.None)).ShouldNotBeNull();

        var complete = DatabaseSpecCompletion.Complete(
            spec,
            inventory with
            {
                FromVersion = spec.Engine == DatabaseEngine.TiDB ? "2.1.19" : "2.18.4.0",
                StorageDirectory = "/snapshots",
            });
        complete.Instances.Count.ShouldBe(processes);
        complete.Instances.Select(i => i.Host).Distinct().Count().ShouldBe(hosts);
        DatabaseSpecPreflight.Check(complete).ShouldBeEmpty();
        DatabaseDiscoveryOf.Obstacle(complete).ShouldBeNull();
        DatabaseDiscoveryOf.Plan(complete).Steps.Count.ShouldBeGreaterThan(3 * processes);
    }

    // Three PD with a TiDB each, five hosts of two TiKVs, one with a drainer, two pumps; three masters, six tablet
    // servers.
    private static IEnumerable<FoundMember> Members(DatabaseRollingUpgradeSpec spec) =>
        spec.Engine == DatabaseEngine.TiDB
            ?
            [
                .. Each(DatabaseComponent.PD, 11, 3, 2379), .. Each(DatabaseComponent.TiDB, 11, 3, 4000),
                .. Each(DatabaseComponent.TiKV, 21, 5, 20171),
                .. Each(DatabaseComponent.TiKV, 21, 5, 20172), .. Each(DatabaseComponent.Pump, 21, 2, 8250),
                .. Each(DatabaseComponent.Drainer, 41, 1, 8249),
            ]
            : [.. Each(DatabaseComponent.Master, 31, 3, 7100), .. Each(DatabaseComponent.Tserver, 31, 6, 9100)];

    private static IEnumerable<FoundMember> Each(DatabaseComponent component, int first, int count, int port) =>
        Enumerable.Range(first, count).Select(n => new FoundMember(component, $"192.0.2.{n}", port, "the cluster"));

    private static Task<IReadOnlyList<HostProcess>> LookAsync(
        DatabaseRollingUpgradeSpec spec, IEnumerable<FoundMember> members, string host) =>
        Task.FromResult<IReadOnlyList<HostProcess>>(
        [
            .. members.Where(m => m.Host == host).Select(m =>
            {
                var (program, directory) = (ProgramNames.Of(spec, m.Component), $"/data/{m.Component}-{m.Port}");
                var file = $"{directory}/bin/{program}";
                return new HostProcess
                {
                    Host = host,
                    Pid = m.Port,
                    Program = program,
                    Executable = file,
                    Started = file,
                    Real = file,
                    Ports = [m.Port],
                    Unit = $"{program}-{m.Port}.service"
                };
            }),
        ]);

    private sealed class Cluster(IReadOnlyList<FoundMember> members) : IEngineTargets
    {
        public IStepCatalog Catalog => throw new NotSupportedException();

        public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
            Task.FromResult(new FoundMembers(members, []));

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
