namespace Drydock.Tests.Unit.Oms.Containers;

/// <summary>The container by whose creation dockerd judges the planned options, and which changes nothing.</summary>
public sealed class ProbeContainerTests
{
    private static readonly JsonObject Probe = ProbeContainer.Of(WorldOptions.Body(
        new ContainerConfig { Env = ["TOKEN=canary"], Tty = true },
        new HostConfig
        {
            Memory = 1L << 30,
            Binds =
            [
                "/data/oms/logs:/home/admin/logs:rw", "store:/home/ds/store", "run:/home/ds/run:ro",
                "cache:/cache:nocopy"
            ],
            Mounts =
            [
                new Mount { Type = "bind", Source = "/conf", Target = "/home/admin/conf" },
                new Mount
                {
                    Type = "volume",
                    Source = "deep",
                    Target = "/deep",
                    Other = new Dictionary<string, JsonElement>
                    {
                        ["VolumeOptions"] = JsonElement.Parse("""{"Subpath":"a"}"""),
                        ["Consistency"] = JsonElement.Parse("\"default\"")
                    },
                },
            ],
        }));

    private static readonly HostConfig Host = HostConfig.Of(Probe);

    [Fact]
    public void Paths_of_the_host_are_mounted_so_that_a_missing_one_is_refused() =>
        Host.Mounts!.Where(m => m.Type == "bind").Select(m => (m.Source, m.Target))
            .ShouldBe([("/conf", "/home/admin/conf"), ("/data/oms/logs", "/home/admin/logs")]);

    [Fact]
    public void Volumes_are_mounted_without_copying_files_of_the_image()
    {
        Host.Binds.ShouldBe(["store:/home/ds/store:nocopy", "run:/home/ds/run:ro,nocopy", "cache:/cache:nocopy"]);
        var sent = Probe["HostConfig"]!["Mounts"]![1]!;
        sent["VolumeOptions"]!.ToJsonString().ShouldBe("""{"Subpath":"a","NoCopy":true}""");
        sent["Consistency"]!.GetValue<string>().ShouldBe("default");
    }

    [Fact]
    public void Options_are_those_of_the_new_container_without_variables() =>
        (ContainerConfig.Of(Probe).Tty, Host.Memory, Probe["Env"]).ShouldBe((true, 1L << 30, null));
}
