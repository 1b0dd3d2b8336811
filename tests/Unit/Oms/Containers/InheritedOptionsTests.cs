namespace Drydock.Tests.Unit.Oms.Containers;

/// <summary>What a new container takes over from the current one, from what dockerd shows of it.</summary>
public sealed class InheritedOptionsTests
{
    private static readonly JsonObject Image = JsonNode.Parse(
        """
        {"Env":["PATH=/usr/bin","LANG=C"],"Entrypoint":["/root/docker_cmd.sh"],"Cmd":["start"],"WorkingDir":"/root","User":"",
         "Labels":{"version":"3.2.2"},"Healthcheck":{"Test":["NONE"]},"Volumes":{"/var/lib/cache":{}},"ExposedPorts":{"8089/tcp":{}}}
        """)!.AsObject();

    [Fact]
    public void Options_of_the_administrator_are_kept_with_unknown_ones()
    {
        var sent = Of("""
            "ExtraHosts":["metadb:192.0.2.9"],"Dns":["192.0.2.53"],"LogConfig":{"Type":"json-file","Config":{"max-size":"10m"},"Future":1},
            "Memory":1073741824,"MemorySwap":2147483648,"NanoCpus":2000000000,"ShmSize":268435456,"ReadonlyRootfs":true,
            "Ulimits":[{"Name":"nofile","Soft":1024,"Hard":2048}],"Devices":[{"PathOnHost":"/dev/fuse","PathInContainer":"/dev/fuse","CgroupPermissions":"rwm"}],
            "SecurityOpt":["seccomp=unconfined"],"CapAdd":["NET_ADMIN"],"Sysctls":{"kernel.shmmax":"1"},"Annotations":{"a":"b"},
            "FieldOfDocker99":{"deep":[1,2]},"Binds":["/data:/data:ro"],
            "Mounts":[{"Type":"bind","Source":"/l","Target":"/home/admin/logs","BindOptions":{"Propagation":"rshared"}}]
            """).Options["HostConfig"]!.AsObject();
        var host = WorldOptions.Read<HostConfig>(sent);

        host.ExtraHosts.ShouldBe(["metadb:192.0.2.9"]);
        host.Binds.ShouldBe(["/data:/data:ro"]);
        (host.Memory, host.MemorySwap, host.ShmSize, host.ReadonlyRootfs)
            .ShouldBe((1L << 30, 2L << 30, 256L << 20, true));
        host.Sysctls.ShouldNotBeNull()["kernel.shmmax"].ShouldBe("1");
        host.LogConfig!.Config.ShouldNotBeNull()["max-size"].ShouldBe("10m");
        sent["FieldOfDocker99"]!.ToJsonString().ShouldBe("""{"deep":[1,2]}""");
        sent["LogConfig"]!["Future"]!.GetValue<int>().ShouldBe(1);
        sent["Mounts"]![0]!["BindOptions"]!["Propagation"]!.GetValue<string>().ShouldBe("rshared");
        new[] { "Dns", "NanoCpus", "Ulimits", "Devices", "SecurityOpt", "CapAdd", "Annotations" }
            .ShouldAllBe(name => sent[name] != null);
    }

    [Fact]
    public void Fields_of_the_image_are_left_to_the_new_image()
    {
        var own = Of("", """
            "Env":["PATH=/usr/bin","LANG=zh_CN.UTF-8","TZ=Asia/Shanghai"],"Entrypoint":["/root/docker_cmd.sh"],"Cmd":["start"],"WorkingDir":"/root",
            "Labels":{"version":"3.2.2","team":"dba","drydock.dev/upgrade-uid":"1"},"Healthcheck":{"Test":["NONE"]},"Domainname":"example"
            """).Config();

        own.Env.ShouldBe(["LANG=zh_CN.UTF-8", "TZ=Asia/Shanghai"]);
        (own.Entrypoint, own.Cmd, own.WorkingDir, own.User).ShouldBe((null, null, null, null));
        own.Labels.ShouldNotBeNull().ShouldHaveSingleItem().ShouldBe(new("team", "dba"));
        own.Other!.Keys.ShouldBe(["Domainname"]);
    }

    [Theory]
    [InlineData("""["/mine"]""", """["a"]""", "/mine", "a")]
    [InlineData("""["/mine"]""", "null", "/mine", null)]
    [InlineData("null", """["sh","-c","x"]""", "", "sh,-c,x")]
    [InlineData("""["/root/docker_cmd.sh"]""", """["other"]""", null, "other")]
    public void Overridden_entry_point_and_command_are_given_again(
        string entrypoint, string command, string? expected, string? expectedCommand)
    {
        var own = Of("", $""" "Entrypoint":{entrypoint},"Cmd":{command} """).Config();

        (own.Entrypoint is null ? null : string.Join(',', own.Entrypoint)).ShouldBe(expected);
        (own.Cmd is null ? null : string.Join(',', own.Cmd)).ShouldBe(expectedCommand);
    }

    [Fact]
    public void Options_of_another_network_are_dropped_with_their_reason()
    {
        var inherited = Of(
            """
            "NetworkMode":"bridge","PortBindings":{"8089/tcp":[{"HostPort":"8089"}]},"Links":["/db:/oms/db"],"PublishAllPorts":false,
            "Sysctls":{"net.core.somaxconn":"1","kernel.shmmax":"1"},"ContainerIDFile":"/tmp/cid","MaskedPaths":["/proc/kcore"]
            """,
            """ "MacAddress":"02:42:ac:11:00:02","ExposedPorts":{"8089/tcp":{}} """);

        inherited.Host().Sysctls!.Keys.ShouldBe(["kernel.shmmax"]);
        (inherited.Host().Other ?? []).Keys.ShouldBeEmpty();
        (inherited.Config().Other ?? []).Keys.ShouldBeEmpty();
        inherited.Dropped.Select(text => text.Split(' ')[0])
            .ShouldBe(["MacAddress", "PortBindings", "Links", "sysctl"], ignoreOrder: true);
        inherited.Dropped.ShouldAllBe(text => text.Contains("host's network"));
    }

    [Fact]
    public void Masked_paths_of_a_privileged_container_are_kept() =>
        Of(""" "Privileged":true,"MaskedPaths":["/proc/x"] """).Host().Other!.Keys.ShouldBe(["MaskedPaths"]);

    [Fact]
    public void Labels_of_docker_compose_are_dropped()
    {
        var inherited = Of(
            "", """ "Labels":{"com.docker.compose.project":"oms","com.docker.compose.service":"oms","team":"dba"} """);

        inherited.Config().Labels!.Keys.ShouldBe(["team"]);
        inherited.Dropped.ShouldHaveSingleItem().ShouldContain("docker compose");
    }

    [Fact]
    public void Volume_without_a_name_is_mounted_again_by_the_name_dockerd_gave_it()
    {
        var inherited = Of(
            """ "Binds":["named:/home/ds/run"],"Mounts":[{"Type":"volume","Target":"/home/ds/store"}] """,
            mounts: """
            {"Type":"volume","Name":"named","Destination":"/home/ds/run","RW":true},{"Type":"volume","Name":"abc","Destination":"/home/ds/store","RW":true},
            {"Type":"volume","Name":"def","Destination":"/home/admin/logs","RW":false},{"Type":"volume","Name":"ghi","Destination":"/var/lib/cache","RW":true}
            """);

        inherited.Host().Mounts!.ShouldHaveSingleItem().Source.ShouldBe("abc");
        inherited.Host().Binds.ShouldBe(["named:/home/ds/run", "def:/home/admin/logs:ro"]);
        inherited.Dropped.ShouldHaveSingleItem().ShouldContain("/var/lib/cache");
    }

    [Theory]
    [InlineData("0123456789ab", "private", null)]
    [InlineData("oms-host", "", "oms-host")]
    [InlineData("oms-host", "host", null)]
    public void Hostname_is_kept_if_an_administrator_gave_it(string name, string uts, string? expected) =>
        Of($""" "UTSMode":"{uts}" """, $""" "Hostname":"{name}" """).Config().Hostname.ShouldBe(expected);

    [Fact]
    public void Hash_changes_with_an_option_but_not_with_the_value_of_a_variable()
    {
        string Hash(string host, string config) => Of(host, config).Hash;
        var hash = Hash(""" "Memory":1 """, """ "Env":["TOKEN=a"] """);

        Hash(""" "Memory":1,"NanoCpus":0,"Dns":[],"OomKillDisable":null """, """ "Env":["TOKEN=b"] """).ShouldBe(hash);
        Hash(""" "Memory":2 """, """ "Env":["TOKEN=a"] """).ShouldNotBe(hash);
        Hash(""" "Memory":1,"FieldOfDocker99":1 """, """ "Env":["TOKEN=a"] """).ShouldNotBe(hash);
        Hash(""" "Memory":1 """, """ "Env":["OTHER=a"] """).ShouldNotBe(hash);
    }

    /// <summary>Plans and facts of releases that carried typed options (until November 2026) are compared with what is
    /// read now.</summary>
    [Fact]
    public void Hash_and_print_are_those_of_former_releases()
    {
        var former = JsonNode.Parse(
            File.ReadAllText(Repository.PathOf("tests/Unit/Oms/Containers/former-options.json")))!.AsArray();

        foreach (var example in former)
        {
            var container = example!["container"]!.AsObject();
            InheritedOptions.Of(container, example["image"]!.AsObject()).Hash
                .ShouldBe(example["hash"]!.GetValue<string>());
            OptionFields.OfContainer(container).Print().ShouldBe(example["print"]!.GetValue<string>());
        }

        former.Count.ShouldBe(3);
    }

    private static InheritedOptions Of(string host, string config = "", string mounts = "")
    {
        var inspect = JsonNode.Parse(
            $$"""{"Id":"0123456789abcdef","Name":"/oms","Image":"sha256:1","State":{},"Config":{{{(config.Contains("Entrypoint", StringComparison.Ordinal) ? "" : """ "Entrypoint":["/root/docker_cmd.sh"],"Cmd":["start"] """ + (config.Trim().Length == 0 ? "" : ","))}}{{config}}},"HostConfig":{{{host}}},"Mounts":[{{mounts}}]}""")!
            .AsObject();
        return InheritedOptions.Of(inspect, Image);
    }
}

internal static class OptionsReading
{
    public static ContainerConfig Config(this InheritedOptions inherited)
    {
        var config = ContainerConfig.Of(inherited.Options);
        config.Other?.Remove("HostConfig");
        return config;
    }

    public static HostConfig Host(this InheritedOptions inherited) => HostConfig.Of(inherited.Options);
}
