using Drydock.Cli.CommandLine;
using Drydock.Cli.Init;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>What <c>init</c> writes is valid, and has values that stay the texts that were given.</summary>
public sealed class InitManifestTests
{
    [Theory]
    [InlineData("3.0.9", "tidb-to-3-0-9")]
    [InlineData("5.0.0-RC", "tidb-to-5-0-0-rc")]
    [InlineData("v3.0.9_", "tidb-to-v3-0-9")]
    public void Made_name_is_one_that_Kubernetes_takes(string version, string name)
    {
        ObjectName.Of("tidb", version).ShouldBe(name);
        ObjectName.IsValid(name).ShouldBeTrue();
    }

    [Fact]
    public void Manifest_of_TiDB_is_valid_and_lists_no_instance()
    {
        var manifest = DatabaseManifest.OfTiDb("192.0.2.11:12379", "2.1.19", "v3.0.9", null, "admin");

        var spec = Drydock.Cli.Output.Yaml.Read(manifest).Single()["spec"]!
            .Deserialize(CrdsJsonContext.Default.DatabaseRollingUpgradeSpec)!;

        (spec.DiscoverFrom, spec.FromVersion, spec.ToVersion, spec.Access.Ssh!.User, spec.Instances.Count)
            .ShouldBe(("192.0.2.11:12379", "2.1.19", "3.0.9", "admin", 0));
        manifest.ShouldContain("metadata: {name: tidb-to-3-0-9}\n");
        DatabaseManifest.OfTiDb("h", "2.1.19", "3.0.9", "night", "tidb").ShouldContain("metadata: {name: night}\n");
    }

    [Fact]
    public void Manifest_without_a_given_version_leaves_it_to_preflight()
    {
        var tidb = DatabaseManifest.OfTiDb("h", null, "3.0.9", null, "tidb");
        var oms = new OmsManifest(
            new OmsFound("oms_322", "oms:3.2.2", "192.0.2.1", "3.2.2"), new Uri("tcp://192.0.2.1:2376"), "4.2.2",
            "oms:4.2.2", null);

        tidb.ShouldContain("\n  engine: TiDB\n  toVersion: 3.0.9\n");
        Drydock.Cli.Output.Yaml.Read(oms.Write()).Single()["spec"]!.AsObject().Select(field => field.Key)
            .ShouldBe(["toVersion", "image", "discoverFrom", "docker"]);
        (oms with { FromVersion = "3.2.2" }).Write().ShouldContain("\n  fromVersion: 3.2.2\n  toVersion: 4.2.2\n");
    }

    [Fact]
    public void Names_of_a_host_add_no_object_to_the_manifest()
    {
        const string image = "oms:3.2.2\n---\nkind: ClusterRoleBinding\nmetadata: {name: x}";
        var written = new OmsManifest(
            new OmsFound("oms\n---", image, "192.0.2.1", "3.2.2"), new Uri("ssh://u@h"), "4.2.2",
            "oms:4.2.2", null).Write();
        var yugabyte = DatabaseManifest.OfYugabyte(
            "h\n---\nkind: Secret", "2.16.0", "2.18.0", isBmdb: false, null, "u");

        Drydock.Cli.Output.Yaml.Read(written).Single()["kind"]!.GetValue<string>().ShouldBe("OmsUpgrade");
        Drydock.Cli.Output.Yaml.Read(yugabyte).Single()["kind"]!.GetValue<string>().ShouldBe("DatabaseRollingUpgrade");
    }

    [Theory]
    [InlineData("tidb", "tidb")]
    [InlineData("2.1.19", "2.1.19")]
    [InlineData("192.0.2.11", "192.0.2.11")]
    [InlineData("registry.example/oms:feature_4.2.2", "registry.example/oms:feature_4.2.2")]
    [InlineData("3.0", "\"3.0\"")]
    [InlineData("no", "\"no\"")]
    [InlineData("a: b", "\"a: b\"")]
    [InlineData("fd00::1", "\"fd00::1\"")]
    [InlineData("a\nb: \"c\"", "\"a\\nb: \\\"c\\\"\"")]
    public void Value_of_YAML_stays_the_text(string text, string value)
    {
        ManifestYaml.Of(text).ShouldBe(value);
        Drydock.Cli.Output.Yaml.Read($"x: {value}").Single()["x"]!.GetValue<string>().ShouldBe(text);
    }

    [Theory]
    [InlineData("h", "h", 7000)]
    [InlineData("h:1", "h", 1)]
    [InlineData("fd00::1", "fd00::1", 7000)]
    [InlineData("[fd00::1]", "fd00::1", 7000)]
    [InlineData("[fd00::1]:1", "fd00::1", 1)]
    public void Address_has_host_and_port(string text, string host, int port) =>
        HostAndPort.Split(text, 7000).ShouldBe((host, port));

    [Fact]
    public void Seed_of_IPv6_has_no_port()
    {
        HostAndPort.Join("fd00::1", 2379).ShouldBe("[fd00::1]:2379");
        HostAndPort.Seed("[fd00::1]:7000", 7000).ShouldBe("fd00::1");
        Should.Throw<CliException>(() => HostAndPort.Seed("[fd00::1]:7001", 7000)).Message
            .ShouldContain("[fd00::1]:7001");
    }

    [Theory]
    [InlineData("ssh://u@192.0.2.216", "192.0.2.216", "ssh://u@{hostIP}")]
    [InlineData(
        "ssh://u@192.0.2.216:2222/run/user/1000/docker.sock", "192.0.2.216",
        "ssh://u@{hostIP}:2222/run/user/1000/docker.sock")]
    [InlineData("tcp://[fd00::1]:2376", "fd00::1", "tcp://{hostIP}:2376")]
    [InlineData("tcp://oms-a.example:2376", "192.0.2.216", "tcp://oms-a.example:2376")]
    [InlineData("unix:///run/docker.sock", "192.0.2.216", "unix:///run/docker.sock")]
    public void Docker_of_manifest_is_reached_as_given(string docker, string hostIP, string endpoint)
    {
        var found = new OmsFound("oms", "oms:3.2.2", hostIP, "3.2.2");

        var written = Drydock.Cli.Output.Yaml.Read(
            new OmsManifest(found, new Uri(docker), "4.2.2", "oms:4.2.2", null).Write()).Single();

        written["spec"]!["docker"]!["endpoint"]!.GetValue<string>().ShouldBe(endpoint);
        written["spec"]!["discoverFrom"]!.GetValue<string>().ShouldBe(hostIP);
    }

    [Theory]
    [InlineData("4.2.2-BP1", "oms:new")]
    [InlineData("4.2.3", "oms:feature_4.2.2_bp1")]
    public void Init_refuses_the_version_or_image_that_runs(string to, string image)
    {
        var found = new OmsFound("oms_422bp1", "oms:feature_4.2.2_bp1", "192.0.2.1", "4.2.2-bp1");

        Should.Throw<CliException>(() => new OmsManifest(found, new Uri("ssh://u@h"), to, image, null).Write())
            .Message.ShouldStartWith("oms_422bp1 runs oms:feature_4.2.2_bp1 (4.2.2-bp1) already");
    }

    [Fact]
    public async Task Init_prints_manifest_or_writes_it_with_its_secrets()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            string[] words =
                ["init", "tidb", "--pd", "192.0.2.11", "--from-version", "2.1.19", "--to-version", "3.0.9"];
            await using var output = new StringWriter();
            (await DrydockCommand.RunAsync(CliRuns.Plain(output), words, TestContext.Current.CancellationToken))
                .ShouldBe(0);
            output.ToString().ShouldStartWith(DatabaseManifest.OfTiDb("192.0.2.11", "2.1.19", "3.0.9", null, "tidb"));
            output.ToString().ShouldContain("The manifest names Secrets, which are not printed.");

            var written = Path.Combine(directory.FullName, "up.yaml");
            (await DrydockCommand.RunAsync(
                CliRuns.Plain(output), [.. words, "-f", written], TestContext.Current.CancellationToken)).ShouldBe(0);
            File.GetUnixFileMode(Path.Combine(directory.FullName, "up-secrets.yaml"))
                .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
