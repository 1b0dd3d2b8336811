using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Databases;

/// <summary>spec.access: what is refused, and what leads to a host.</summary>
public sealed class HostAccessTests
{
    private static readonly SecretReference Secret = new() { Name = "s" };

    [Fact]
    public void Docker_access_with_one_container_per_host_is_accepted() =>
        Findings(Docker(Entry("h1"), Entry("h2"))).ShouldBeEmpty();

    [Fact]
    public void Missing_duplicate_and_unused_docker_hosts_are_refused_by_name()
    {
        Findings(Docker(Entry("h1"), Entry("h1", "other"), Entry("h9"))).ShouldBe(
        [
            ("spec.instances[b] names the host h2, but spec.access.docker.hosts has no entry for it. Add an entry that "
                + "names its container.", "spec.access.docker.hosts"),
            ("spec.access.docker.hosts has 2 entries for h1. Keep one of them.", "spec.access.docker.hosts[h1]"),
            ("spec.access.docker.hosts has an entry for h9, but the spec names no such host. Remove or correct the "
                + "entry.", "spec.access.docker.hosts[h9]"),
        ]);
        Findings(Docker(Entry("h1"), Entry("h2", "at-h1", "tcp://h1:2376"))).ShouldBe([(
            "h1 and h2 name the same container (at-h1 at tcp://h1:2376). Give each its own container.",
            "spec.access.docker.hosts[h2]")]);
    }

    [Fact]
    public void Tool_monitoring_and_spark_hosts_need_a_container()
    {
        var spec = Spec(Docker(Entry("h1"), Entry("h2"))) with
        {
            ToolHost = "t",
            Tidb = new TiDbSpec
            {
                Monitoring = [new MonitoringService
                {
                    Name = "grafana",
                    Host = "m",
                    Control = new InstanceControl { Systemd = new SystemdControl() }
                }],
                TiSpark = new TiSparkSpec { Hosts = ["s"] }
            },
        };

        var messages = DatabaseSpecPreflight.Check(spec).Where(f => f.Field == "spec.access.docker.hosts")
            .Select(f => f.Message).ToList();

        messages.Count.ShouldBe(3);
        messages[0].ShouldBeWorded();
        messages[1].ShouldBeWorded();
        messages[2].ShouldBeWorded();
    }

    [Fact]
    public void Docker_endpoint_gets_only_material_of_its_kind()
    {
        var docker = Docker(
            Entry("h1"), Entry("h2", "c2", "ssh://root@h2"), Entry("h3", "c3", "unix:///a.sock")).Docker! with
        {
            SshSecretRef = Secret
        };
        var secrets =
            new DatabaseSecrets { DockerTls = new DockerTlsMaterial([1], [2], [3]), Ssh = new SshMaterial([4], [5]) };

        Opened("h1", docker, secrets).ShouldSatisfyAllConditions(
            e => e.Tls.ShouldNotBeNull(), e => e.Ssh.ShouldBeNull(), e => e.Insecure.ShouldBeFalse());
        Opened("h2", docker, secrets)
            .ShouldSatisfyAllConditions(e => e.Tls.ShouldBeNull(), e => e.Ssh.ShouldNotBeNull());
        Opened("h3", docker, secrets).ShouldSatisfyAllConditions(e => e.Tls.ShouldBeNull(), e => e.Ssh.ShouldBeNull());
        Opened("h1", docker with { TlsSecretRef = null, Insecure = true }, secrets)
            .ShouldSatisfyAllConditions(e => e.Tls.ShouldBeNull(), e => e.Insecure.ShouldBeTrue());
    }

    [Fact]
    public void Missing_certificate_or_host_entry_is_reported_on_open()
    {
        var docker = Docker(Entry("h1")).Docker!;

        var secret = Should.Throw<HostException>(() => Opened("h1", docker, new DatabaseSecrets()));
        (secret.Reason, secret.IsRetryable, secret.Message).ShouldBe((
            Reasons.SecretMissing, false,
            "h1: there is no usable client certificate. Correct the Secret of spec.access.docker.tlsSecretRef."));
        var entry = Should.Throw<HostException>(() => Opened("h2", docker, new DatabaseSecrets()));
        (entry.Reason, entry.Field, entry.Message).ShouldBe((
            Reasons.InvalidSpec, "spec.access.docker.hosts",
            "h2: spec.access.docker.hosts has no entry for this host. Add its container."));
    }

    [Theory]
    [InlineData(RemoteRefusal.Container, false, Reasons.HostUnreachable, true, "docker start")]
    [InlineData(RemoteRefusal.Connection, false, Reasons.HostUnreachable, true, "dockerd runs")]
    [InlineData(RemoteRefusal.HostKey, false, Reasons.HostKeyRefused, false, "spec.access.docker.tlsSecretRef")]
    [InlineData(RemoteRefusal.Authentication, false, Reasons.AccessDenied, false, "spec.access.docker.user")]
    [InlineData(RemoteRefusal.LocalClient, false, Reasons.AccessDenied, false, "spec.access.docker.hosts")]
    public void Container_error_has_ssh_reason_and_container_advice(
        RemoteRefusal refusal, bool mayHaveRun, string reason, bool retryable, string wayOut)
    {
        var trouble = HostErrors.Of(
            "h1", new RemoteException("h1 (container c at tcp://h1:2376): broken", refusal, mayHaveRun),
            isContainer: true);

        (trouble.Reason, trouble.IsRetryable, trouble.MayHaveRun).ShouldBe((reason, retryable, mayHaveRun));
        trouble.Message.ShouldBeWorded();
        trouble.Message.ShouldContain(wayOut);
    }

    [Fact]
    public void Error_for_container_command_with_unknown_outcome_adds_no_advice()
    {
        var trouble = HostErrors.Of(
            "h1",
            new RemoteException("h1: whether the command ran is not known", RemoteRefusal.Connection, mayHaveRun: true),
            isContainer: true);

        (trouble.Reason, trouble.IsRetryable, trouble.MayHaveRun, trouble.Message)
            .ShouldBe((Reasons.HostUnreachable, true, true, "h1: whether the command ran is not known"));
    }

    private static DockerEndpoint Opened(string host, ContainerAccess docker, DatabaseSecrets secrets)
    {
        DockerEndpoint? opened = null;
        var services = new DatabaseHostServices(null!, null!, TimeProvider.System)
        {
            Containers = (endpoint, _, _) =>
            {
                opened = endpoint;
                return null!;
            },
        };
        _ = HostConnection.Of(host, new HostAccess { Docker = docker }, secrets, services).Open();
        return opened!;
    }

    private static HostAccess Docker(params ContainerHost[] hosts) =>
        new() { Docker = new ContainerAccess { TlsSecretRef = Secret, Hosts = [.. hosts] } };

    private static ContainerHost Entry(string host, string? container = null, string? endpoint = null) =>
        new() { Host = host, Endpoint = endpoint ?? $"tcp://{host}:2376", Container = container ?? $"at-{host}" };

    private static DatabaseRollingUpgradeSpec Spec(HostAccess access) =>
        HostCases.Spec(DatabaseEngine.TiDB, Instance("a", "h1"), Instance("b", "h2"), Instance("c", "h1")) with
        {
            Access = access,
            Tidb = new TiDbSpec()
        };

    private static DatabaseInstance Instance(string name, string host) =>
        new()
        {
            Name = name,
            Component = DatabaseComponent.TiKV,
            Host = host,
            Port = 20160 + name[0],
            DeployDir = "/d"
        };

    private static IEnumerable<(string Message, string? Field)> Findings(HostAccess access)
    {
        var findings = DatabaseSpecPreflight.Check(Spec(access));
        findings.ShouldAllBe(f => f.Reason == Reasons.InvalidSpec);
        return [.. findings.Select(f => (f.Message, f.Field))];
    }
}
