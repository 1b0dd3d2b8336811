namespace Drydock.Tests.Unit.Oms;

/// <summary>What would keep the new container from starting, or the old one from staying, is found before anything is
/// changed.</summary>
public sealed class ContainerPreflightTests
{
    private static readonly Dictionary<string, (
        string Reason, string Says, Action<OmsWorld> Break, Action<OmsWorld> Mend, ContainerSpec? Asked)> Cases = new(
        StringComparer.Ordinal)
        {
            ["the old container removes itself"] = (
            Reasons.ContainerRemovesItself, "--rm", w => Options(w, o => o with { AutoRemove = true }),
            w => Options(w, o => o with { AutoRemove = false }), null),
            ["a mount of OMS is in memory"] = (
                Reasons.MountsUnusable, "/home/ds/run", w => Options(w, o => o with
                {
                    Binds = [.. o.Binds!.Take(3)],
                    Mounts = [new Mount { Type = "tmpfs", Target = "/home/ds/run" }]
                }), w => Options(w, o => o with { Binds = [.. o.Binds!, "/data/oms/run:/home/ds/run"], Mounts = [] }),
                null),
            ["the source of a mount is gone"] = (
            Reasons.MountsUnusable, "/data/oms/run", w => w["oms-b"].Paths.Remove("/data/oms/run"),
            w => w["oms-b"].Paths.Add("/data/oms/run"), null),
            ["a device is gone"] = (
            Reasons.ContainerOptionsRefused, "/dev/fuse",
            w => Options(w, o => o with { Devices = [new DeviceMapping { PathOnHost = "/dev/fuse" }] }),
            w => w["oms-b"].Paths.Add("/dev/fuse"), null),
            ["a path of the spec is not there"] = (
            Reasons.MountsUnusable, "/extra", w => w["oms-a"].Paths.Add("/extra"), w => w["oms-b"].Paths.Add("/extra"),
            new ContainerSpec { Binds = ["/extra:/opt/extra"] }),
            ["a Secret is missing"] = (Reasons.SecretMissing, "key token", _ => { }, AddSecret, new ContainerSpec
            {
                Env = [new EnvironmentVariable
            {
                Name = "A",
                ValueFrom =
                    new EnvironmentSource { SecretKeyRef = new SecretKeyReference { Name = "oms-env", Key = "token" } }
            }]
            }),
        };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Container_that_cannot_be_the_model_is_a_finding(string what)
    {
        var (reason, says, breaks, mends, asked) = Cases[what];
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        breaks(world);
        world.Apply(s => asked is null ? s : s with { Container = asked });
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, world.Done.Count).ShouldBe((reason, 0));
        finding.Message.ShouldContain(says);
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 1);
        mends(world);
        world.RunToSuccess();
        world.Upgrade.Metadata.Generation.ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Options_that_are_refused_at_the_start_are_found_before_the_downtime(bool isPresent)
    {
        const string Word = "ContainerOptionsRefused/oms-b";
        var world = new OmsWorld(new WorldSetup { RealJson = false, ImagePresent = isPresent });
        world["oms-b"].StartRefusal = "OCI runtime create failed: error setting rlimit type 6: operation not permitted";
        world.Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Node, finding.Acknowledge, world.Done.Count)
            .ShouldBe((Reasons.ContainerOptionsRefused, "oms-b", Word, 0));
        finding.Message.ShouldBeWorded();
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 1);

        world.EditSpec(
            s => s with { Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Word] } });
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Container_that_is_started_for_a_look_has_no_mounts_no_network_and_ends_at_once()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        Options(world, o =>
            o with { Other = new() { ["VolumesFrom"] = System.Text.Json.JsonElement.Parse("""["data"]""") } });
        world.Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        var probe = world["oms-b"].Probes[0];
        (probe.Image.Version, string.Join(' ', probe.Config.Entrypoint!.Concat(probe.Config.Cmd!)))
            .ShouldBe(("3.2.2", "/bin/sh -c exit 0"));
        var host = probe.HostConfig;
        (host.NetworkMode, host.Binds!.Count, host.Mounts!.Count, host.Other?.ContainsKey("VolumesFrom") == true)
            .ShouldBe(("none", 0, 0, false));
        (host.Privileged, host.Ulimits!.Any(u => u.Name == "nproc"), host.RestartPolicy!.Name)
            .ShouldBe((true, true, "no"));
    }

    [Fact]
    public void Changed_reader_library_is_asked_and_other_changed_files_are_noted()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Old("oms-a").Changes.AddRange(
        [
            "/home", "/home/ds", "/home/ds/lib64", "/home/ds/lib64/reader", "/home/ds/lib64/reader/ob-ce-4.3.5",
            "/home/ds/lib64/reader/ob-ce-4.3.5/libobcdc.so",
            "/home/ds/store", "/home/ds/store/store7100", "/root", "/root/.bashrc", "/tmp", "/tmp/x",
            "/home/admin/logs/x.log",
        ]);
        world.Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge, world.Done.Count)
            .ShouldBe((Reasons.ContainerFilesChanged, "ContainerFilesChanged/oms-a", 0));
        finding.Message.ShouldContain(": /home/ds/lib64/reader/ob-ce-4.3.5/libobcdc.so.");

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, "ContainerFilesChanged/oms-a"] }
        });
        world.RunToSuccess();
        world.Plan.Notes.ShouldContain(n => n.Contains("on oms-a: 1 changed file is not copied: /root/.bashrc. "));
    }

    [Fact]
    public void Mounted_reader_library_is_not_asked()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Old("oms-a").Changes.Add("/home/ds/lib64/reader/libobcdc.so");
        world.Hosts.ForEach(h => h.Paths.Add("/data/reader"));
        world.Apply(s => s with { Container = new ContainerSpec { Binds = ["/data/reader:/home/ds/lib64/reader"] } });
        world.RunToSuccess();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Options_that_dockerd_refuses_are_found_with_and_without_the_image(bool present)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ImagePresent = present }).Apply(
            s => s with { Container = new ContainerSpec { Memory = "1Mi" } });
        world.RunToStall();

        world.Status.Findings.Select(f => (f.Reason, f.Node))
            .ShouldBe([(Reasons.ContainerOptionsRefused, "oms-a"), (Reasons.ContainerOptionsRefused, "oms-b")]);
        world.Status.Findings.ShouldAllBe(f => f.Message.Contains("Minimum memory limit"));
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 1);
        world.EditSpec(s => s with { Container = new ContainerSpec { Memory = "1Gi" } });
        world.RunToSuccess();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1048577)]
    public void More_open_files_than_the_kernel_allows_are_a_finding(long limit)
    {
        static ContainerSpec Files(long limit) =>
            new() { Ulimits = [new UlimitSpec { Name = "nofile", Soft = limit }] };
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { Container = Files(limit) });
        world.RunToStall();

        world.Status.Findings.ShouldAllBe(f => f.Reason == Reasons.ContainerOptionsRefused
            && f.Field == "spec.container.ulimits[nofile]" && f.Message.Contains("1048576"));
        world.EditSpec(s => s with { Container = Files(1048576) });
        world.RunToSuccess();
    }

    [Fact]
    public void Finding_about_an_entry_of_one_node_names_the_field_of_that_node()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with
        {
            Container = new ContainerSpec { Binds = ["/nowhere:/opt/all"] },
            Regions = [s.Regions[0] with
            {
                Nodes =
                [
                    s.Regions[0].Nodes[0],
                    s.Regions[0].Nodes[1] with { Container = new ContainerSpec { Binds = ["/nowhere:/opt/all:ro"] } }
                ]
            }],
        });
        world.RunToStall();

        world.Status.Findings.Select(f => (f.Reason, f.Node, f.Field)).ShouldBe([
            (Reasons.MountsUnusable, "oms-a", "spec.container.binds"),
            (Reasons.MountsUnusable, "oms-b", "spec.regions[default].nodes[oms-b].container.binds")]);
    }

    [Fact]
    public void Certificate_in_a_mounted_directory_makes_the_console_serve_HTTPS()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        Options(world, o => o with { Binds = [.. o.Binds!, "/pki:/etc/pki/nginx"] }, world["oms-b"].Name);
        Options(world, o => o with { Binds = [.. o.Binds!, "/pki:/etc/pki/nginx"] }, world["oms-a"].Name);
        world["oms-a"].Files["/pki/oms_server.crt"] = [1];
        world["oms-b"].Files["/pki/other.crt"] = [1];
        world.Apply();
        world.RunToSuccess();

        world.Health.Asked.ShouldBe(
            ["https://192.0.2.216:8089/oms/health", "http://192.0.2.217:8089/oms/health"], ignoreOrder: true);
    }

    private static void Options(OmsWorld world, Func<HostConfig, HostConfig> change, string host = "oms-b")
    {
        var old = world.Old(host);
        old.HostConfig = change(old.HostConfig);
    }

    private static void AddSecret(OmsWorld world) => world.Api.Create(new V1Secret
    {
        Metadata = new V1ObjectMeta { Name = "oms-env", Namespace = OmsWorld.Namespace },
        Data = OmsWorld.Bytes(("token", "a-value")),
    });
}
