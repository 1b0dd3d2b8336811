using System.Text.Json;
using Drydock.Crds;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Init;
using Drydock.Tests.Unit.Crds;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Inventories of tidb-ansible and tiup become short manifests that are valid.</summary>
public sealed class ImportTests
{
    private const string Ansible = """
        ## TiDB Cluster Part
        [tidb_servers]
        192.0.2.[11:12]

        [tikv_servers]
        TiKV1-1 ansible_host=192.0.2.21 deploy_dir=/data1/deploy tikv_port=20171 labels="host=tikv1,zone=a b"
        TiKV1-2 ansible_host=192.0.2.21 deploy_dir=/data2/deploy tikv_port=20172 tikv_status_port=20182 labels="host=tikv1"
        TiKV2-1 ansible_host=192.0.2.22 # the second host

        [tikv_servers:vars]
        tikv_status_port = 20181

        [pd_servers]
        192.0.2.11
        192.0.2.12

        [spark_master]

        [monitored_servers]
        192.0.2.11

        [monitored_servers:children]
        tidb_servers

        [drainer_servers]
        drainer_mysql ansible_host=192.0.2.31 initial_commit_ts="402899541671542785"

        [all:vars]
        deploy_dir = /home/tidb/deploy
        ansible_user = tidb
        cluster_name = Test Cluster
        tidb_version = v2.1.19
        enable_binlog = True
        """;

    private const string Tiup = """
        user: tidb
        tidb_version: v3.0.5
        topology:
          global: {user: tidb, ssh_port: 2222, deploy_dir: /tidb-deploy, data_dir: /tidb-data}
          server_configs: {tidb: {}, tikv: {}, pd: {}}
          tidb_servers:
          - {host: 192.0.2.51, ssh_port: 22, port: 4001, status_port: 10081, deploy_dir: /tidb-deploy/tidb-4001}
          tikv_servers:
          - {host: 192.0.2.41, port: 20160, status_port: 20180, deploy_dir: /tidb-deploy/tikv-20160, data_dir: /tidb-data/tikv-20160}
          tiflash_servers: []
          pd_servers:
          - {host: 192.0.2.41, name: pd-1, client_port: 12379, peer_port: 2380, deploy_dir: /tidb-deploy/pd-2379}
          grafana_servers:
          - {host: 192.0.2.41, port: 3000}
        """;

    [Fact]
    public void Inventory_of_ansible_has_host_lines_group_variables_and_defaults()
    {
        var cluster = AnsibleInventory.Read(Ansible, new Dictionary<string, string>(StringComparer.Ordinal) { ["drainer_servers"] = "---\ndrainer_port: 18249\ndrainer_log: \"{{ deploy_dir }}/log\"\n" });

        (cluster.Name, cluster.Version, cluster.User, cluster.SshPort).ShouldBe(("Test Cluster", "2.1.19", "tidb", null));
        cluster.Instances.Select(i => (i.Component, i.Host, i.Port, i.StatusPort)).ShouldBe(
            [
                (DatabaseComponent.PD, "192.0.2.11", 2379, null),
                (DatabaseComponent.PD, "192.0.2.12", 2379, null),
                (DatabaseComponent.TiKV, "192.0.2.21", 20171, 20181),
                (DatabaseComponent.TiKV, "192.0.2.21", 20172, 20182),
                (DatabaseComponent.TiKV, "192.0.2.22", 20160, 20181),
                (DatabaseComponent.TiDB, "192.0.2.11", 4000, null),
                (DatabaseComponent.TiDB, "192.0.2.12", 4000, null),
                (DatabaseComponent.Drainer, "192.0.2.31", 18249, null),
            ]);
        cluster.Remarks.ShouldHaveSingleItem().ShouldStartWith("[monitored_servers] is not part of the upgrade");
    }

    [Fact]
    public void Manifest_of_findable_cluster_lists_no_instance()
    {
        var (manifest, spec) = Written(AnsibleInventory.Read(Ansible));

        manifest.Split('\n').Length.ShouldBeLessThanOrEqualTo(32);
        (spec.Seed, spec.FromVersion, spec.ToVersion, spec.Instances.Count).ShouldBe(("192.0.2.11", "2.1.19", "3.0.9", 0));
        manifest.ShouldContain("metadata: {name: test-cluster-to-3-0-9}");
    }

    [Fact]
    public void Manifest_lists_one_TiDB_that_no_search_would_find()
    {
        var cluster = TiupTopology.Read(Tiup);

        var (_, spec) = Written(cluster);

        (spec.Seed, spec.FromVersion, spec.Access.Ssh!.Port).ShouldBe(("192.0.2.41:12379", "3.0.5", 2222));
        var server = spec.Instances.ShouldHaveSingleItem();
        (server.Component, server.Host, server.Port, server.StatusPort).ShouldBe((DatabaseComponent.TiDB, "192.0.2.51", 4001, 10081));
        cluster.Remarks.ShouldHaveSingleItem().ShouldStartWith("grafana_servers");
    }

    [Fact]
    public void Group_of_groups_is_named_and_letters_are_a_range()
    {
        var cluster = AnsibleInventory.Read("[pd_servers]\npd-[a:c].example\n[tikv_servers:children]\nzone1\n");

        cluster.Instances.Select(i => i.Host).ShouldBe(["pd-a.example", "pd-b.example", "pd-c.example"]);
        cluster.Remarks.ShouldHaveSingleItem().ShouldStartWith("[tikv_servers:children] was not read");
    }

    [Theory]
    [InlineData("生产", "3.0.9", "tidb-to-3-0-9")]
    [InlineData("Test Cluster", "5.0.0-RC", "test-cluster-to-5-0-0-rc")]
    [InlineData("-", "v3.0.9", "tidb-to-v3-0-9")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "3.0.9", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-to-3-0-9")]
    public void Made_name_is_one_that_Kubernetes_takes(string cluster, string version, string name)
    {
        ObjectName.Of(cluster, "tidb", version).ShouldBe(name);
        ObjectName.IsValid(name).ShouldBeTrue();
    }

    [Fact]
    public void Given_name_is_the_name_of_the_object() =>
        ImportedManifest.Write(AnsibleInventory.Read(Ansible), "3.0.9", "night").ShouldContain("metadata: {name: night}\n");

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
        YamlText.Of(text).ShouldBe(value);
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
        Should.Throw<CliException>(() => HostAndPort.Seed("[fd00::1]:7001", 7000)).Message.ShouldContain("[fd00::1]:7001");
    }

    [Theory]
    [InlineData("ssh://u@192.0.2.216", "192.0.2.216", "ssh://u@{hostIP}")]
    [InlineData("ssh://u@192.0.2.216:2222/run/user/1000/docker.sock", "192.0.2.216", "ssh://u@{hostIP}:2222/run/user/1000/docker.sock")]
    [InlineData("tcp://[fd00::1]:2376", "fd00::1", "tcp://{hostIP}:2376")]
    [InlineData("tcp://oms-a.example:2376", "192.0.2.216", "tcp://oms-a.example:2376")]
    [InlineData("unix:///run/docker.sock", "192.0.2.216", "unix:///run/docker.sock")]
    public void Docker_of_manifest_is_reached_as_given(string docker, string hostIP, string endpoint)
    {
        var found = new OmsFound("oms", "oms:3.2.2", hostIP, "3.2.2", IsCommunity: false);

        var written = Drydock.Cli.Output.Yaml.Read(new OmsManifest(found, new Uri(docker), "4.2.2", "oms:4.2.2", null).Write()).Single();

        written["spec"]!["docker"]!["endpoint"]!.GetValue<string>().ShouldBe(endpoint);
        written["spec"]!["hostIP"]!.GetValue<string>().ShouldBe(hostIP);
    }

    [Theory]
    [InlineData("[tidb_servers]\n192.0.2.1\n", "[pd_servers]")]
    [InlineData("[pd_servers]\n192.0.2.1 pd_client_port=many\n", "pd_client_port is 'many'")]
    [InlineData("[pd_servers]\n192.0.2.1\n[all:vars]\nnonsense\n", "Line 4")]
    public void Unusable_inventory_is_refused_with_its_place(string text, string place) =>
        Should.Throw<ImportException>(() => AnsibleInventory.Read(text)).Message.ShouldContain(place);

    [Theory]
    [InlineData("a: [", "not valid YAML")]
    [InlineData("user: tidb\n", "has no topology")]
    [InlineData("topology: {tiflash_servers: [{host: h}], pd_servers: [{host: h}]}", "topology.tiflash_servers")]
    [InlineData("topology: {pd_servers: [{client_port: 1}]}", "has no host")]
    [InlineData("topology: {tikv_servers: [{host: h}]}", "pd_servers has no entry")]
    public void Unusable_topology_is_refused_with_its_place(string text, string place) =>
        Should.Throw<ImportException>(() => TiupTopology.Read(text)).Message.ShouldContain(place);

    [Fact]
    public async Task Init_from_inventory_writes_manifest_or_says_why_not()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(directory.FullName, "inventory.ini");
            await File.WriteAllTextAsync(file, Ansible);
            using var output = new StringWriter();
            var command = DrydockCommand.Create(CliRuns.Plain(output));

            (await command.Parse(["init", "tidb", "--from", file, "--to-version", "3.0.9"]).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(0);
            output.ToString().ShouldStartWith(ImportedManifest.Write(AnsibleInventory.Read(Ansible), "3.0.9"));
            output.ToString().ShouldContain("The manifest names Secrets, which are not printed.");
            (await command.Parse(["init", "tidb", "--from", file + "x", "--to-version", "3.0.9"]).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(1);
            output.ToString().ShouldContain("inventory.inix");
            var written = Path.Combine(directory.FullName, "up.yaml");
            (await command.Parse(["init", "tidb", "--from", file, "--to-version", "3.0.9", "-f", written]).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(0);
            File.GetUnixFileMode(Path.Combine(directory.FullName, "up-secrets.yaml")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static (string Manifest, DatabaseRollingUpgradeSpec Spec) Written(ImportedCluster cluster)
    {
        var manifest = ImportedManifest.Write(cluster, "v3.0.9");
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, manifest);
            var spec = YamlToJson.ReadAll(file).Single()["spec"]!.Deserialize(CrdsJsonContext.Default.DatabaseRollingUpgradeSpec)!;
            DatabaseRollingUpgradeValidation.Validate(spec).ShouldBeEmpty();
            return (manifest, spec);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
