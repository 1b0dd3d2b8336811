using Docker.DotNet.Models;
using Drydock.Reconcilers.Oms;
using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Oms.Containers;

/// <summary>The console is asked inside its container, by a real dockerd.</summary>
[Collection(DockerDaemonCollection.Name)]
public sealed class ContainerHttpTests(DockerDaemonFixture daemon) : IAsyncLifetime
{
    private readonly DockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);
    private readonly string _name = $"http-{Guid.NewGuid():N}"[..16];
    private readonly string _curl = Path.Combine(
        Directory.CreateDirectory($"{daemon.Root}/curl-{Guid.NewGuid():N}").FullName, "curl");

    public async ValueTask InitializeAsync()
    {
        using var layer = new MemoryStream();
        await BusyboxLayer.WriteAsync(layer);
        layer.Position = 0;
        await FixtureShell.RunAsync(
            layer, "docker", "-H", $"unix://{daemon.Socket}", "import", "--change", "ENTRYPOINT [\"/bin/sleep\"]",
            "--change", "CMD [\"3600\"]", "-", $"{_name}:test");
    }

    public async ValueTask DisposeAsync()
    {
        await _client.Containers.RemoveContainerAsync(_name, new ContainerRemoveParameters { Force = true });
        await _client.DisposeAsync();
    }

    [Fact]
    public async Task Container_without_curl_cannot_be_asked()
    {
        await StartAsync([]);

        var answer = await ContainerHttp.GetAsync(
            _client, _name, 8089, https: false, "/oms/health", CancellationToken.None);

        (answer.Status, answer.CanAsk, answer.Healthy).ShouldBe((0, false, null));
    }

    [Fact]
    public async Task Arguments_and_answer_of_curl_arrive_whole()
    {
        await File.WriteAllTextAsync(_curl, "#!/bin/sh\nfor a in \"$@\"; do echo \"<$a>\"; done\nprintf '\\n200'\n");
        File.SetUnixFileMode(
            _curl,
            UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await StartAsync([$"{_curl}:/bin/curl:ro"]);

        var answer = await ContainerHttp.GetAsync(
            _client, _name, 8089, https: true, "/oms/health", CancellationToken.None);

        answer.Status.ShouldBe(200);
        answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
            [
                "<-q>", "<-k>", "<-s>", "<--noproxy>", "<*>", "<--max-time>", "<5>", "<--max-filesize>", "<65536>",
                "<-w>", "<\\n%{http_code}>", "<https://127.0.0.1:8089/oms/health>"
            ]);
    }

    private async Task StartAsync(IReadOnlyList<string> binds)
    {
        await _client.Containers.CreateContainerAsync(_name, new JsonObject
        {
            ["Image"] = $"{_name}:test",
            ["HostConfig"] = new JsonObject { ["Binds"] = DockerJson.List(binds), ["NetworkMode"] = "none" },
        });
        await _client.Containers.StartContainerAsync(_name);
    }
}
