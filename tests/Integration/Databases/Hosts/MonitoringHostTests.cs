using Drydock.Reconcilers.Databases.TiDb;
using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>What is asked of hosts with monitoring: promtool, files with dashboards, and Grafana through ssh.</summary>
public sealed class MonitoringHostTests(LabFixture lab) : IAsyncLifetime
{
    private const int Grafana = 3000;
    private const string Pd =
        """{"id":3,"uid":"pd","title":"Test-Cluster-PD","version":1,"panels":[{"datasource":"test-cluster"}]}""";

    // Its API as far as its documentation says it, for dashboards with a uid. Its first process ends once it listens.
    private const string GrafanaServer =
        """
        use strict; use IO::Socket::INET;
        my $s = IO::Socket::INET->new(LocalPort => 3000, Listen => 5, ReuseAddr => 1) or die "cannot listen: $!";
        exit if fork;
        my %kept;
        while (my $c = $s->accept) {
          open my $log, '>>', '/data/peers'; print $log $c->peerhost, "\n"; close $log;
          my ($first, %head) = scalar <$c>;
          while (my $line = <$c>) { last if $line =~ /^\r?\n$/; $head{lc $1} = $2 if $line =~ /^([^:]+): *(.*?)\r?\n$/ }
          my $body = ''; read($c, $body, $head{'content-length'}) if $head{'content-length'};
          my ($method, $path) = split / /, $first;
          my ($status, $answer) = (404, '{"message":"Dashboard not found"}');
          if (($head{authorization} // '') ne 'Basic YWRtaW46Z3JhZmFuYS13b3Jk') { ($status, $answer) = (401, '{"message":"Invalid username or password"}') }
          elsif ($path =~ m{^/api/dashboards/uid/(.+)}) { ($status, $answer) = (200, qq({"dashboard":$kept{$1},"meta":{"folderId":0}})) if $kept{$1} }
          elsif ($path =~ m{^/api/search}) { ($status, $answer) = (200, '[]') }
          elsif ($method eq 'POST' && $body =~ /^\{"dashboard":(.*),"overwrite":true/s) {
            my $model = $1; my ($uid) = $model =~ /"uid":"([^"]+)"/; $kept{$uid} = $model;
            ($status, $answer) = (200, qq({"status":"success","uid":"$uid","version":2}));
          }
          print $c "HTTP/1.1 $status X\r\nContent-Type: application/json\r\nContent-Length: ", length $answer, "\r\nConnection: close\r\n\r\n$answer";
          close $c;
        }
        """;

    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Fact]
    public async Task Promtool_sees_the_new_files_beside_those_that_stay()
    {
        await Shop.ShellAsync(
            "mkdir -p /data/p/conf /data/p/bin /data/new && cd /data/p && echo a >conf/old.rules.yml && echo old "
            + ">conf/prometheus.yml && echo new >/data/new/prometheus.yml && echo b >/data/new/tikv.rules.yml");
        await Shop.Host.WriteFileAsync("/data/p/bin/promtool", "#!/bin/sh\ncd \"$(dirname \"$3\")\" && echo \"$1 $2\" "
            + "*.yml && grep -q new prometheus.yml && ! [ -e /data/p/refuses ]\n", FileModes.Executable, ct: Token);
        var service = new MonitoringService
        {
            Name = "prometheus",
            Host = Shop.Host.Address,
            DeployDir = "/data/p",
            Files =
            [
                new ReplacedFile { From = "/data/new/prometheus.yml", To = "conf/prometheus.yml" },
                new ReplacedFile { From = "/data/new/tikv.rules.yml", To = "conf/tikv.rules.yml" }
            ],
        };
        var spec = Shop.Spec();
        var files = Shop.Bind(spec).Files(Shop.Host.Address);

        (await PrometheusCheck.FindProblemAsync(files, spec, service, Token)).ShouldBeNull();
        await Shop.ShellAsync("touch /data/p/refuses");
        (await PrometheusCheck.FindProblemAsync(files, spec, service, Token)).ShouldNotBeNull()
            .ShouldContain("check config old.rules.yml prometheus.yml tikv.rules.yml");
        (await Shop.ShellAsync("cat /data/p/conf/prometheus.yml; ls /data/p/conf"))
            .ShouldBe("old\nold.rules.yml\nprometheus.yml");
        await Shop.ShellAsync("rm /data/p/bin/promtool");
        (await PrometheusCheck.FindProblemAsync(files, spec, service, Token)).ShouldNotBeNull()
            .ShouldContain("cannot unmarshal", Case.Sensitive, "the promtool of the host is asked");
        await Shop.ShellAsync("echo 'global: {}' >/data/new/prometheus.yml");
        (await PrometheusCheck.FindProblemAsync(files, spec, service, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Dashboards_go_to_Grafana_from_its_own_host_with_the_login()
    {
        await Shop.ShellAsync(
            $"mkdir /data/dashboards && cd /data/dashboards && echo '{Pd}' >pd.json && echo '[1]' >dests.json && echo "
            + "none >readme");
        await Shop.Host.WriteFileAsync("/data/grafana.pl", GrafanaServer, ct: Token);
        await Shop.ShellAsync("setsid perl /data/grafana.pl </dev/null >/dev/null 2>&1");
        var hosts = Shop.Bind(Shop.Spec());
        var dashboard = (await DashboardFiles.ReadAsync(
            hosts.Files(Shop.Host.Address), ["/data/dashboards"], "prod", "Prod", Token)).ShouldHaveSingleItem();
        (await Should.ThrowAsync<HostException>(
            () => DashboardFiles.ReadAsync(hosts.Files(Shop.Host.Address), ["/data/none"], null, null, Token))).Reason
            .ShouldBe(Reasons.PackageMissing);

        using var http = Http(hosts, "grafana-word");
        var grafana = new GrafanaClient(http, new ServiceAddress(Shop.Host.Address, Grafana));
        (await grafana.FindAsync(dashboard.Uid, dashboard.Title, Token)).ShouldBeNull();
        (await grafana.SaveAsync(dashboard, null, "Upgrade", Token)).ShouldBe(("pd", 2L));
        var stored = (await grafana.FindAsync(dashboard.Uid, dashboard.Title, Token)).ShouldNotBeNull();
        dashboard.IsSame(stored.Model).ShouldBeTrue();
        (await Shop.ShellAsync("sort -u /data/peers"))
            .ShouldBe(Shop.Host.Address, "the connection was opened on the host");

        using var stranger = Http(hosts, "wrong");
        var refused = await Should.ThrowAsync<ServiceException>(
            () => new GrafanaClient(stranger, new ServiceAddress(Shop.Host.Address, Grafana)).CheckLoginAsync(Token));
        (refused.Reason, refused.Field).ShouldBe((Reasons.AccessDenied, DatabaseSecrets.GrafanaLoginField));
    }

    private static ServiceHttp Http(BoundDatabaseHosts hosts, string password) => new(
        tls: null, TimeProvider.System, hosts, new ServiceLogin("admin", password) { IsSentUnasked = true },
        DatabaseSecrets.GrafanaLoginField);
}
