using System.Text;
using Drydock.Clients.Docker;
using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Docker;

[Collection(DockerDaemonCollection.Name)]
public sealed class ContainerTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    private readonly IDockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Container_is_created_started_stopped_and_removed()
    {
        var name = NewName();
        var id = await daemon.CreateIdleAsync(_client, p => p with { Name = name, Env = ["COLOUR=blue"], Labels = new Dictionary<string, string> { ["team"] = "a" } });

        var created = await _client.Containers.InspectContainerAsync(name);
        created.ID.ShouldBe(id);
        created.ShortName.ShouldBe(name);
        created.State.Status.ShouldBe("created");
        created.State.StartedAt.ShouldBeNull();
        created.Config.Env.ShouldNotBeNull().ShouldContain("COLOUR=blue");
        created.Config.Labels.ShouldNotBeNull()["team"].ShouldBe("a");
        created.HostConfig.NetworkMode.ShouldBe("host");

        (await _client.Containers.StartContainerAsync(id)).ShouldBeTrue();
        (await _client.Containers.StartContainerAsync(id)).ShouldBeFalse();
        var running = await _client.Containers.InspectContainerAsync(id);
        running.State.Running.ShouldBeTrue();
        running.State.StartedAt.ShouldNotBeNull();

        (await _client.Containers.StopContainerAsync(id, new ContainerStopParameters { WaitBeforeKillSeconds = 30 })).ShouldBeTrue();
        (await _client.Containers.StopContainerAsync(id, new ContainerStopParameters())).ShouldBeFalse();
        var stopped = await _client.Containers.InspectContainerAsync(id);
        stopped.State.Status.ShouldBe("exited");
        stopped.State.ExitCode.ShouldBe(0);
        stopped.State.FinishedAt.ShouldNotBeNull().ShouldBeGreaterThan(running.State.StartedAt!.Value);

        await _client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters());
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Containers.InspectContainerAsync(id));
    }

    [Fact]
    public async Task StopContainerAsync_kills_container_that_ignores_signal_after_grace_period()
    {
        var id = await daemon.RunIdleAsync(_client, p => p with { Cmd = ["sh", "-c", "trap 'echo asked > /tmp/asked' TERM; touch /tmp/ready; while :; do sleep 0.05; done"] });
        await WaitForFileAsync(id, "/tmp/ready");

        await _client.Containers.StopContainerAsync(id, new ContainerStopParameters { WaitBeforeKillSeconds = 1 });

        (await _client.Containers.InspectContainerAsync(id)).State.ExitCode.ShouldBe(137);
        Encoding.UTF8.GetString((await _client.Containers.ReadFileAsync(id, "/tmp/asked", 100))!).ShouldBe("asked\n");
    }

    [Fact]
    public async Task Container_name_in_use_is_a_conflict_naming_its_holder()
    {
        var name = NewName();
        var holder = await daemon.CreateIdleAsync(_client, p => p with { Name = name });

        var create = await Should.ThrowAsync<DockerNameConflictException>(() => daemon.CreateIdleAsync(_client, p => p with { Name = name }));
        create.Name.ShouldBe(name);
        create.HolderId.ShouldBe(holder);
    }

    [Fact]
    public async Task Restart_policy_of_running_container_can_be_changed()
    {
        var id = await daemon.RunIdleAsync(_client, p => p with { HostConfig = p.HostConfig! with { RestartPolicy = new RestartPolicy { Name = "always" } } });
        (await _client.Containers.InspectContainerAsync(id)).HostConfig.RestartPolicy.ShouldNotBeNull().Name.ShouldBe("always");

        await _client.Containers.UpdateContainerAsync(id, new ContainerUpdateParameters { RestartPolicy = RestartPolicy.No });

        (await _client.Containers.InspectContainerAsync(id)).HostConfig.RestartPolicy.ShouldNotBeNull().Name.ShouldBe("no");
    }

    [Fact]
    public async Task HostConfig_from_inspect_can_be_reused_for_new_container()
    {
        var directory = Directory.CreateDirectory($"{daemon.Root}/bind-{Guid.NewGuid():N}").FullName;
        var old = await daemon.CreateIdleAsync(_client, p => p with
        {
            HostConfig = new HostConfig
            {
                NetworkMode = "host",
                Binds = [$"{directory}:/data:ro"],
                PidsLimit = -1,
                Ulimits = [new Ulimit { Name = "nproc", Soft = 65535, Hard = 65535 }],
                Other = new Dictionary<string, System.Text.Json.JsonElement> { ["DnsSearch"] = System.Text.Json.JsonDocument.Parse("[\"meta.example\"]").RootElement },
            },
        });
        var before = await _client.Containers.InspectContainerAsync(old);

        var copy = await _client.Containers.CreateContainerAsync(new CreateContainerParameters { Image = DockerDaemonFixture.Image, Cmd = ["true"], HostConfig = before.HostConfig });

        var after = await _client.Containers.InspectContainerAsync(copy.ID);
        after.HostConfig.Binds.ShouldBe([$"{directory}:/data:ro"]);
        after.HostConfig.Ulimits.ShouldNotBeNull().ShouldHaveSingleItem().ShouldBe(new Ulimit { Name = "nproc", Soft = 65535, Hard = 65535 });
        after.HostConfig.Other.ShouldNotBeNull()["DnsSearch"].ToString().ShouldBe("[\"meta.example\"]");
        after.HostConfig.Other.Keys.ShouldBe(before.HostConfig.Other!.Keys, ignoreOrder: true);
        after.Mounts.ShouldHaveSingleItem().RW.ShouldBeFalse();
    }

    [Fact]
    public async Task Bind_mount_with_missing_source_is_refused()
    {
        var source = $"{daemon.Root}/not-there";

        var refusal = await Should.ThrowAsync<DockerApiException>(() => daemon.CreateIdleAsync(_client, p => p with
        {
            HostConfig = p.HostConfig! with { Mounts = [new Mount { Type = "bind", Source = source, Target = "/data" }] },
        }));

        refusal.EngineMessage.ShouldContain(source);
        Directory.Exists(source).ShouldBeFalse();
    }

    [Fact]
    public async Task Container_with_missing_image_is_refused_as_not_found()
    {
        var refusal = await Should.ThrowAsync<DockerNotFoundException>(() => daemon.CreateIdleAsync(_client, p => p with { Image = "drydock/none:9" }));

        refusal.EngineMessage.ShouldContain("drydock/none:9");
    }

    [Fact]
    public async Task RemoveContainerAsync_needs_force_for_running_container()
    {
        var id = await daemon.RunIdleAsync(_client);

        await Should.ThrowAsync<DockerConflictException>(() => _client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters()));

        await _client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true });
    }

    [Fact]
    public async Task ListContainersAsync_shows_stopped_containers_on_request_and_filters_labels()
    {
        var mark = NewName();
        var labels = new Dictionary<string, string> { ["mark"] = mark };
        var running = await daemon.RunIdleAsync(_client, p => p with { Labels = labels });
        var created = await daemon.CreateIdleAsync(_client, p => p with { Labels = labels });
        var filters = new Dictionary<string, IReadOnlyList<string>> { ["label"] = [$"mark={mark}"] };

        (await _client.Containers.ListContainersAsync(new ContainersListParameters { Filters = filters })).Select(c => c.ID).ShouldBe([running]);
        (await _client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = filters })).Select(c => c.ID).ShouldBe([running, created], ignoreOrder: true);
    }

    [Fact]
    public async Task Refused_container_environment_hides_its_values()
    {
        var refusal = await Should.ThrowAsync<DockerApiException>(() => daemon.CreateIdleAsync(_client, p => p with { Env = ["GOOD=canary-one-8812", "=canary-two-8812"] }));

        refusal.ToString().ShouldNotContain("canary");
        refusal.ToString().ShouldContain("***");
    }

    private static string NewName() => $"t-{Guid.NewGuid():N}";

    private async Task WaitForFileAsync(string id, string path)
    {
        var result = await _client.RunExecAsync(id, ["sh", "-c", $"until [ -e {path} ]; do sleep 0.05; done"]);
        result.ExitCode.ShouldBe(0);
    }
}
