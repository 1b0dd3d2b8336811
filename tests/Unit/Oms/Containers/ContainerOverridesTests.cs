namespace Drydock.Tests.Unit.Oms.Containers;

/// <summary>spec.container and the node's own as one, and how two containers are compared.</summary>
public sealed class ContainerOverridesTests
{
    private static readonly ContainerSpec Basis = new()
    {
        Env =
        [
            new EnvironmentVariable { Name = "A", Value = "canary-a" },
            new EnvironmentVariable { Name = "B", Value = "b" }
        ],
        ExtraHosts = ["metadb:192.0.2.1", "metadb:192.0.2.2", "other:192.0.2.3"],
        Binds = ["/a:/opt/a", "/b:/opt/b"],
        Labels = ["team=dba"],
        Memory = "16Gi",
        StopGrace = "3m",
        LogConfig = new LogConfigSpec { Driver = "splunk", Options = ["splunk-token=canary-t"] },
    };

    [Fact]
    public void Entries_of_the_node_replace_those_of_all_nodes()
    {
        var merged = ContainerOverrides.Of(new OmsUpgradeSpec { Container = Basis }, new OmsNode
        {
            Container = new ContainerSpec
            {
                Env = [new EnvironmentVariable { Name = "A", Value = "2" }],
                ExtraHosts = ["metadb:192.0.2.9"],
                Binds = ["/x:/opt/a/"],
                Labels = ["team=ops", "rack=7"],
                Memory = "32Gi",
            },
        });

        merged.Env.Select(v => $"{v.Name}={v.Value}").ShouldBe(["B=b", "A=2"]);
        merged.ExtraHosts.ShouldBe(["other:192.0.2.3", "metadb:192.0.2.9"]);
        merged.Binds.ShouldBe(["/b:/opt/b", "/x:/opt/a/"]);
        merged.Labels.ShouldBe(["team=ops", "rack=7"]);
        (merged.Memory, merged.StopGrace, merged.LogConfig).ShouldBe(("32Gi", "3m", Basis.LogConfig));
    }

    [Fact]
    public void Description_names_variables_and_log_options_without_values()
    {
        var text = ContainerOverrides.Describe(Basis with
        {
            Env = [.. Basis.Env, new EnvironmentVariable
            {
                Name = "C",
                ValueFrom =
                    new EnvironmentSource { SecretKeyRef = new SecretKeyReference { Name = "oms", Key = "token" } }
            }]
        });

        text.ShouldNotBeNull().ShouldBe(
            "memory 16Gi; log driver splunk (splunk-token); env A; env B; env C (Secret oms, key token); extra host "
            + "metadb:192.0.2.1; extra host metadb:192.0.2.2; extra host other:192.0.2.3; bind /a:/opt/a; bind "
            + "/b:/opt/b; label team");
    }

    [Fact]
    public void Hash_covers_values_and_neither_the_grace_nor_an_empty_part()
    {
        ContainerOverrides.Hash(new ContainerSpec()).ShouldBeNull();
        ContainerOverrides.Describe(new ContainerSpec { StopGrace = "5m" }).ShouldBeNull();
        var hash = ContainerOverrides.Hash(Basis).ShouldNotBeNull();
        ContainerOverrides.Hash(Basis with { StopGrace = "5m" }).ShouldBe(hash);
        ContainerOverrides.Hash(Basis with { Env = [Basis.Env[0] with { Value = "other" }, Basis.Env[1]] })
            .ShouldNotBe(hash);
    }

    [Fact]
    public void Print_of_options_names_what_differs_and_shows_no_value()
    {
        static OptionFields Fields(long memory, string variable, string policy = "no") =>
            OptionFields.Of(WorldOptions.Body(
                new ContainerConfig
                {
                    Env = [variable, "OMS_HOST_IP=192.0.2.1"],
                    Labels = new Dictionary<string, string> { ["drydock.dev/upgrade-uid"] = variable },
                    Hostname = variable
                },
                new HostConfig
                {
                    Memory = memory,
                    PidsLimit = -1,
                    Binds = ["/a:/a", "/b:/b"],
                    RestartPolicy = new RestartPolicy { Name = policy }
                }));
        var print = Fields(1, "TOKEN=canary").Print();

        print.ShouldNotContain("canary");
        Fields(1, "TOKEN=other", "always").DifferencesTo(print).ShouldBeEmpty();
        Fields(2, "OTHER=canary").DifferencesTo(print).ShouldBe(["Env", "Memory"]);
        OptionFields.Of(WorldOptions.Body(
            new ContainerConfig(), new HostConfig { Binds = ["/b:/b", "/a:/a"], PidsLimit = 0 })).Print()
            .ShouldBe(OptionFields.Of(
                WorldOptions.Body(new ContainerConfig(), new HostConfig { Binds = ["/a:/a", "/b:/b"] })).Print());
    }
}
