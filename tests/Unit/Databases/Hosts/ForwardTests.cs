using Drydock.Clients.Ssh;
using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>Connections to the ports of a database through ssh, and other addresses for ssh.</summary>
public sealed class ForwardTests
{
    private readonly List<string> _asked = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2001:db8::0a", "tidb@2001:db8::a:22 to 2001:db8::0a:2379")]
    [InlineData("PD-2", "tidb@10.9.9.2:2222 to PD-2:2379")]
    [InlineData("elsewhere", "tidb@pd-3:22 to elsewhere:2379")]
    public async Task Connection_goes_through_the_host_of_its_address(string host, string expected)
    {
        await using var hosts = Bind(new SshAccess
        {
            User = "tidb",
            Forward = true,
            Hosts = [new SshHost { Host = "pd-2", Address = "10.9.9.2", Port = 2222 }]
        });

        await Should.ThrowAsync<IOException>(() => hosts.ConnectAsync(host, 2379, Token));

        _asked.ShouldBe([expected]);
    }

    [Fact]
    public async Task Connection_to_a_monitoring_service_is_opened_on_its_own_host()
    {
        var spec = Spec(new SshAccess { User = "tidb" }) with
        {
            Tidb =
                new TiDbSpec { Monitoring = [new MonitoringService { Name = "grafana", Host = "mon-1", Port = 3000 }] }
        };
        await using var hosts = Bind(spec);

        await Should.ThrowAsync<IOException>(() => hosts.ConnectAsync("mon-1", 3000, Token));

        _asked.ShouldBe(["tidb@mon-1:22 to mon-1:3000"]);
    }

    [Fact]
    public async Task Http_says_that_ssh_failed_and_nothing_was_sent()
    {
        await using var hosts = Bind(new SshAccess { User = "tidb", Forward = true });
        using var http = new ServiceHttp(null, TimeProvider.System, hosts);

        var trouble = await Should.ThrowAsync<ServiceException>(
            () => http.GetAsync("2001:db8::a", 2379, "/pd/api/v1/members", Token));

        (trouble.Reason, trouble.IsRequestNotTaken).ShouldBe((Reasons.HostUnreachable, true));
        trouble.Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Sql_goes_through_ssh()
    {
        var spec = Spec(new SshAccess { User = "tidb", Forward = true });
        await using var hosts = Bind(spec);
        var sql = new TiDbSql(
            () => HostCases.Upgrade(spec), new DatabaseSecrets { Sql = new SqlLogin("root", "canary") },
            connections: hosts);

        var trouble = await Should.ThrowAsync<DatabaseSqlException>(() => sql.DatabasesAsync(Token));

        (trouble.Reason, trouble.Message)
            .ShouldBe((Reasons.ServerUnreachable, "root@pd-3:4000: connecting failed: tidb@pd-3:22: no route"));
        _asked.ShouldBe(["tidb@pd-3:22 to pd-3:4000"]);
    }

    [Fact]
    public void Other_addresses_fit_the_hosts_of_the_spec()
    {
        var spec = Spec(new SshAccess { User = "tidb", Hosts = [new SshHost { Host = "pd-9", Address = "10.9.9.9" }] });

        DatabaseSpecPreflight.Check(spec).Where(
            f => f.Field?.StartsWith("spec.access", StringComparison.Ordinal) == true).Select(f => f.Message).ShouldBe(
            ["spec.access.ssh.hosts has an entry for pd-9, but the spec names no such host. Remove or correct the "
                + "entry."]);
    }

    private static DatabaseRollingUpgradeSpec Spec(SshAccess ssh) => HostCases.Spec(
        DatabaseEngine.TiDB,
        HostCases.Instance(DatabaseComponent.PD, "pd-1") with { Host = "2001:db8::a" },
        HostCases.Instance(DatabaseComponent.PD, "pd-2") with { Host = "pd-2" },
        HostCases.Instance(DatabaseComponent.TiDB, "tidb-3") with { Host = "pd-3" }) with
    { ToolHost = "pd-3", Access = new HostAccess { Ssh = ssh } };

    private BoundDatabaseHosts Bind(SshAccess ssh) => Bind(Spec(ssh));

    private BoundDatabaseHosts Bind(DatabaseRollingUpgradeSpec spec) => new(
        HostCases.Upgrade(spec),
        new DatabaseSecrets { Ssh = new SshMaterial("key"u8.ToArray(), "hosts"u8.ToArray()) },
        new DatabaseHostServices(null!, null!, new ManualTimeProvider())
        {
            Clients = (endpoint, _, _) => new Client(endpoint.ToString(), _asked)
        },
        SupportedEngines.All.Of(spec));

    private sealed class Client(string name, List<string> asked) : IRemoteClient
    {
        public string Name => name;

        public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("nothing is run");

        public Task<bool> UploadAsync(
            RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null,
            CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("nothing is uploaded");

        public Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken = default)
        {
            asked.Add($"{name} to {host}:{port}");
            throw new RemoteException($"{name}: no route", RemoteRefusal.Connection);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
