using Docker.DotNet.Models;
using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

[Collection(DockerDaemonCollection.Name)]
public sealed class ContainerTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    private readonly DockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Container_is_created_started_stopped_and_removed()
    {
        var name = DockerDaemonFixture.NewName();
        var id = await daemon.CreateIdleAsync(
            _client,
            options =>
            {
                options["Env"] = DockerJson.List(["COLOUR=blue"]);
                options["Labels"] = Labels("team", "a");
            },
            name);

        var created = await _client.Containers.InspectContainerAsync(name);
        created.ID.ShouldBe(id);
        created.ShortName.ShouldBe(name);
        created.State.Status.ShouldBe("created");
        created.StartedAt.ShouldBeNull();
        created.Config.Env.ShouldContain("COLOUR=blue");
        created.Label("team").ShouldBe("a");
        created.HostConfig.NetworkMode.ShouldBe("host");

        (await _client.Containers.StartContainerAsync(id)).ShouldBeTrue();
        (await _client.Containers.StartContainerAsync(id)).ShouldBeFalse();
        var running = await _client.Containers.InspectContainerAsync(id);
        running.State.Running.ShouldBeTrue();
        running.StartedAt.ShouldNotBeNull();

        (await _client.Containers.StopContainerAsync(id, 30)).ShouldBeTrue();
        (await _client.Containers.StopContainerAsync(id, grace: null)).ShouldBeFalse();
        var stopped = await _client.Containers.InspectContainerAsync(id);
        stopped.State.Status.ShouldBe("exited");
        stopped.State.ExitCode.ShouldBe(0);
        stopped.FinishedAt.ShouldNotBeNull().ShouldBeGreaterThan(running.StartedAt!.Value);

        await _client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters());
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Containers.InspectContainerAsync(id));
    }

    [Fact]
    public async Task StopContainerAsync_kills_container_that_ignores_signal_after_grace_period()
    {
        const string Script = "trap 'echo asked > /tmp/asked' TERM; touch /tmp/ready; while :; do sleep 0.05; done";
        var id = await daemon.RunIdleAsync(
            _client, options => options["Cmd"] = DockerJson.List(["sh", "-c", Script]));
        await WaitForFileAsync(id, "/tmp/ready");

        await _client.Containers.StopContainerAsync(id, 1);

        (await _client.Containers.InspectContainerAsync(id)).State.ExitCode.ShouldBe(137);
        Encoding.UTF8.GetString((await _client.Containers.ReadFileAsync(id, "/tmp/asked", 100))!).ShouldBe("asked\n");
    }

    [Fact]
    public async Task Container_name_in_use_is_a_conflict_naming_its_holder()
    {
        var name = DockerDaemonFixture.NewName();
        var holder = await daemon.CreateIdleAsync(_client, name: name);

        var create = await Should.ThrowAsync<DockerNameConflictException>(
            () => daemon.CreateIdleAsync(_client, name: name));
        create.EngineMessage.ShouldContain(name);
        create.EngineMessage.ShouldContain(holder);
    }

    [Fact]
    public async Task Restart_policy_of_running_container_can_be_changed()
    {
        var id = await daemon.RunIdleAsync(
            _client,
            options => options["HostConfig"]!["RestartPolicy"] = new JsonObject { ["Name"] = "always" });
        (await PolicyAsync(id)).ShouldBe((RestartPolicyKind.Always, "always"));

        await _client.Containers.UpdateContainerAsync(
            id,
            new ContainerUpdateParameters { RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No } });

        (await PolicyAsync(id)).ShouldBe((RestartPolicyKind.No, "no"));
    }

    [Fact]
    public async Task HostConfig_from_inspect_can_be_reused_for_new_container()
    {
        var directory = Directory.CreateDirectory($"{daemon.Root}/bind-{Guid.NewGuid():N}").FullName;
        var old = await daemon.CreateIdleAsync(_client, options => options["HostConfig"] = new JsonObject
        {
            ["NetworkMode"] = "host",
            ["Binds"] = DockerJson.List([$"{directory}:/data:ro"]),
            ["PidsLimit"] = -1,
            ["Ulimits"] = new JsonArray(new JsonObject { ["Name"] = "nproc", ["Soft"] = 65535, ["Hard"] = 65535 }),
            ["DnsSearch"] = DockerJson.List(["meta.example"]),
        });
        var before = await HostAsync(old);

        var copy = await _client.Containers.CreateContainerAsync(DockerDaemonFixture.NewName(), new JsonObject
        {
            ["Image"] = DockerDaemonFixture.Image,
            ["Cmd"] = DockerJson.List(["true"]),
            ["HostConfig"] = before.DeepClone(),
        });

        var after = await HostAsync(copy.ID);
        after.Texts("Binds").ShouldBe([$"{directory}:/data:ro"]);
        var limit = after.Objects("Ulimits").ShouldHaveSingleItem();
        (limit.Text("Name"), limit.Number("Soft"), limit.Number("Hard")).ShouldBe(("nproc", 65535L, 65535L));
        after.Texts("DnsSearch").ShouldBe(["meta.example"]);
        after.Select(member => member.Key).ShouldBe(before.Select(member => member.Key), ignoreOrder: true);
        (await _client.Containers.InspectContainerAsync(copy.ID)).Mounts.ShouldHaveSingleItem().RW.ShouldBeFalse();
    }

    [Fact]
    public async Task Bind_mount_with_missing_source_is_refused()
    {
        var source = $"{daemon.Root}/not-there";

        var refusal = await Should.ThrowAsync<DockerApiException>(() => daemon.CreateIdleAsync(
            _client,
            options => options["HostConfig"]!["Mounts"] = new JsonArray(DockerDaemonFixture.Mount(source))));

        refusal.EngineMessage.ShouldContain(source);
        Directory.Exists(source).ShouldBeFalse();
    }

    [Fact]
    public async Task Container_with_missing_image_is_refused_as_not_found()
    {
        var refusal = await Should.ThrowAsync<DockerNotFoundException>(
            () => daemon.CreateIdleAsync(_client, options => options["Image"] = "drydock/none:9"));

        refusal.EngineMessage.ShouldContain("drydock/none:9");
    }

    [Fact]
    public async Task RemoveContainerAsync_needs_force_for_running_container()
    {
        var id = await daemon.RunIdleAsync(_client);

        await Should.ThrowAsync<DockerConflictException>(
            () => _client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters()));

        await _client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true });
    }

    [Fact]
    public async Task ListContainersAsync_shows_stopped_containers_on_request_and_filters_labels()
    {
        var mark = DockerDaemonFixture.NewName();
        var running = await daemon.RunIdleAsync(_client, options => options["Labels"] = Labels("mark", mark));
        var created = await daemon.CreateIdleAsync(_client, options => options["Labels"] = Labels("mark", mark));
        var filters = new Dictionary<string, IDictionary<string, bool>>
        {
            ["label"] = new Dictionary<string, bool> { [$"mark={mark}"] = true },
        };

        (await _client.Containers.ListContainersAsync(new ContainersListParameters { Filters = filters }))
            .Select(c => c.ID).ShouldBe([running]);
        (await _client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = filters }))
            .Select(c => c.ID).ShouldBe([running, created], ignoreOrder: true);
    }

    [Fact]
    public async Task Refused_container_environment_hides_its_values()
    {
        var refusal = await Should.ThrowAsync<DockerApiException>(() => daemon.CreateIdleAsync(
            _client, options => options["Env"] = DockerJson.List(["GOOD=canary-one-8812", "=canary-two-8812"])));

        refusal.ToString().ShouldNotContain("canary");
        refusal.ToString().ShouldContain("***");
    }

    private static JsonObject Labels(string name, string value) => new() { [name] = value };

    private async Task<JsonObject> HostAsync(string id) =>
        (JsonObject)(await _client.Containers.InspectContainerJsonAsync(id))["HostConfig"]!;

    // As the package reads it, and as the engine wrote it.
    private async Task<(RestartPolicyKind Read, string? Written)> PolicyAsync(string id) => (
        (await _client.Containers.InspectContainerAsync(id)).HostConfig.RestartPolicy.Name,
        (await HostAsync(id))["RestartPolicy"]!["Name"]!.GetValue<string>());

    private async Task WaitForFileAsync(string id, string path)
    {
        var result = await _client.RunExecAsync(id, ["sh", "-c", $"until [ -e {path} ]; do sleep 0.05; done"]);
        result.ExitCode.ShouldBe(0);
    }
}
