using System.Text.Json;
using Drydock.Clients.Docker;
using Drydock.Reconcilers.Oms;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms.Containers;

/// <summary>The container by whose creation dockerd judges the planned options, and which changes nothing.</summary>
public sealed class ProbeContainerTests
{
    private static readonly CreateContainerParameters Probe = ProbeContainer.Of(new CreateContainerParameters
    {
        Env = ["TOKEN=canary"],
        Tty = true,
        HostConfig = new HostConfig
        {
            Memory = 1L << 30,
            Binds = ["/data/oms/logs:/home/admin/logs:rw", "store:/home/ds/store", "run:/home/ds/run:ro", "cache:/cache:nocopy"],
            Mounts =
            [
                new Mount { Type = "bind", Source = "/conf", Target = "/home/admin/conf" },
                new Mount
                {
                    Type = "volume",
                    Source = "deep",
                    Target = "/deep",
                    Other = new Dictionary<string, JsonElement> { ["VolumeOptions"] = JsonElement.Parse("""{"Subpath":"a"}"""), ["Consistency"] = JsonElement.Parse("\"default\"") },
                },
            ],
        },
    });

    [Fact]
    public void Paths_of_the_host_are_mounted_so_that_a_missing_one_is_refused() =>
        Probe.HostConfig!.Mounts!.Where(m => m.Type == "bind").Select(m => (m.Source, m.Target))
            .ShouldBe([("/conf", "/home/admin/conf"), ("/data/oms/logs", "/home/admin/logs")]);

    [Fact]
    public void Volumes_are_mounted_without_copying_files_of_the_image()
    {
        Probe.HostConfig!.Binds.ShouldBe(["store:/home/ds/store:nocopy", "run:/home/ds/run:ro,nocopy", "cache:/cache:nocopy"]);
        var sent = Probe.HostConfig.ToJson()["Mounts"]![1]!;
        sent["VolumeOptions"]!.ToJsonString().ShouldBe("""{"Subpath":"a","NoCopy":true}""");
        sent["Consistency"]!.GetValue<string>().ShouldBe("default");
    }

    [Fact]
    public void Options_are_those_of_the_new_container_without_variables() =>
        (Probe.Tty, Probe.HostConfig!.Memory, Probe.Env).ShouldBe((true, 1L << 30, null));
}
