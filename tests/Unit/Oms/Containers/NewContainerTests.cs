namespace Drydock.Tests.Unit.Oms.Containers;

/// <summary>The current container with what the upgrade guide sets and the spec asks for.</summary>
public sealed class NewContainerTests
{
    [Fact]
    public void Vendor_options_are_set_and_the_policy_waits_for_Verify()
    {
        var made = Make(new HostConfig
        {
            NetworkMode = "bridge",
            RestartPolicy = new RestartPolicy { Name = "always" },
            PidsLimit = 100
        });
        var (config, host) = (ContainerConfig.Of(made), HostConfig.Of(made));

        (config.Tty, config.OpenStdin).ShouldBe((true, true));
        (host.NetworkMode, host.Privileged, host.PidsLimit, host.RestartPolicy!.Name, host.AutoRemove)
            .ShouldBe(("host", true, -1, "no", false));
        config.Env.ShouldBe(["TZ=Asia/Shanghai", "OMS_HOST_IP=192.0.2.1", "IS_UPGRADE=true"]);
    }

    [Fact]
    public void IS_UPGRADE_of_an_earlier_upgrade_is_not_kept() =>
        new NewContainer("192.0.2.1", IsUpgrade: false, Https: null, new ContainerSpec())
            .From(Inherited(new HostConfig(), "IS_UPGRADE=true", "OMS_HOST_IP=192.0.2.77"), NoSecret)["Env"]!
            .ToJsonString()
            .ShouldBe("""["OMS_HOST_IP=192.0.2.1"]""");

    [Theory]
    [InlineData(null, 65535, 65535)]
    [InlineData("4096:65535", 65535, 65535)]
    [InlineData("100000:200000", 100000, 200000)]
    [InlineData("-1:-1", -1, -1)]
    public void Limit_of_processes_is_65535_unless_it_was_larger(string? before, long soft, long hard)
    {
        var old = before?.Split(':').Select(long.Parse).ToArray();
        var made = Make(new HostConfig
        {
            Ulimits = old is null ? null : [
                new Ulimit { Name = "nproc", Soft = old[0], Hard = old[1] },
                new Ulimit { Name = "core", Soft = 1, Hard = 1 }]
        });

        var limits = HostConfig.Of(made).Ulimits.ShouldNotBeNull();
        limits.Single(limit => limit.Name == "nproc").ShouldBe(new Ulimit { Name = "nproc", Soft = soft, Hard = hard });
        limits.Count.ShouldBe(old is null ? 1 : 2);
    }

    [Theory]
    [InlineData(0, 0, "32Gi", 32L << 30, 0)]
    [InlineData(1000, 2000, "3k", 3000, 6000)]
    [InlineData(1000, 1500, "3k", 3000, 3500)]
    [InlineData(1000, -1, "3k", 3000, -1)]
    [InlineData(1000, 2000, "0", 0, 0)]
    public void Memory_keeps_the_swap_beyond_it(long memory, long swap, string asked, long expected, long expectedSwap)
    {
        var host = HostConfig.Of(
            Make(new HostConfig { Memory = memory, MemorySwap = swap }, new ContainerSpec { Memory = asked }));

        (host.Memory, host.MemorySwap).ShouldBe((expected, expectedSwap));
    }

    [Fact]
    public void Entries_of_the_spec_replace_those_of_the_same_name()
    {
        var made = Make(
            new HostConfig
            {
                ExtraHosts = ["metadb:192.0.2.8", "metadb:192.0.2.9", "source:192.0.2.10"],
                Ulimits = [new Ulimit { Name = "nofile", Soft = 1, Hard = 2 }],
                Binds = ["/old:/opt/extra", "/data:/data"],
                Mounts = [new Mount { Type = "bind", Source = "/m", Target = "/opt/mounted/" }],
                LogConfig = new LogConfig
                {
                    Type = "json-file",
                    Config = new Dictionary<string, string> { ["max-size"] = "1m", ["max-file"] = "3" }
                },
            },
            new ContainerSpec
            {
                Env =
                [
                    new EnvironmentVariable { Name = "TZ", Value = "UTC" },
                    new EnvironmentVariable { Name = "TOKEN", ValueFrom = From("oms", "token") }
                ],
                ExtraHosts = ["metadb:192.0.2.99"],
                Ulimits = [new UlimitSpec { Name = "nofile", Soft = 1024 }],
                Binds = ["/new:/opt/extra:ro", "/n:/opt/mounted"],
                Labels = ["team=dba", "team.of=x=y", "bare"],
                LogConfig = new LogConfigSpec { Driver = "local", Options = ["max-size=100m"] },
            });
        var (config, host) = (ContainerConfig.Of(made), HostConfig.Of(made));

        config.Env.ShouldBe(["TZ=UTC", "TOKEN=value of oms/token", "OMS_HOST_IP=192.0.2.1", "IS_UPGRADE=true"]);
        host.ExtraHosts.ShouldBe(["source:192.0.2.10", "metadb:192.0.2.99"]);
        host.Ulimits.ShouldNotBeNull().ShouldContain(new Ulimit { Name = "nofile", Soft = 1024, Hard = 1024 });
        host.Binds.ShouldBe(["/data:/data", "/new:/opt/extra:ro", "/n:/opt/mounted"]);
        host.Mounts.ShouldBeEmpty();
        (host.LogConfig!.Type, host.LogConfig.Config!.Single()).ShouldBe(("local", new("max-size", "100m")));
        config.Labels!.ShouldBe(
            new Dictionary<string, string> { ["kept"] = "1", ["team"] = "dba", ["team.of"] = "x=y", ["bare"] = "" },
            ignoreOrder: true);
    }

    [Fact]
    public void Certificate_of_the_spec_replaces_a_mount_in_the_long_form()
    {
        var host = HostConfig.Of(new NewContainer(
            "192.0.2.1", IsUpgrade: true, new HttpsSpec { CertificateHostPath = "/pki/c", KeyHostPath = "/pki/k" },
            new ContainerSpec())
            .From(
                Inherited(new HostConfig
                {
                    Mounts = [new Mount { Type = "bind", Source = "/old", Target = "/etc/pki/nginx/oms_server.crt" }]
                }),
                NoSecret));

        host.Mounts.ShouldBeEmpty();
        host.Binds.ShouldBe(["/pki/c:/etc/pki/nginx/oms_server.crt", "/pki/k:/etc/pki/nginx/oms_server.key"]);
    }

    private static EnvironmentSource From(string name, string key) =>
        new() { SecretKeyRef = new SecretKeyReference { Name = name, Key = key } };

    private static string NoSecret(SecretKeyReference reference) => throw new InvalidOperationException(reference.Name);

    private static JsonObject Make(HostConfig old, ContainerSpec? changes = null) =>
        new NewContainer("192.0.2.1", IsUpgrade: true, Https: null, changes ?? new ContainerSpec())
            .From(Inherited(old, "TZ=Asia/Shanghai"), secret => $"value of {secret.Name}/{secret.Key}");

    private static InheritedOptions Inherited(HostConfig host, params string[] variables) => new(
        WorldOptions.Body(
            new ContainerConfig { Env = variables, Labels = new Dictionary<string, string> { ["kept"] = "1" } }, host),
        []);
}
