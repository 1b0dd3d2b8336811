using System.Text.Json.Nodes;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Tests.Unit.Kubernetes.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Kubernetes;

public sealed class SecretWatchTests : IAsyncDisposable
{
    private static readonly ControllerOptions OneWorker = new() { Workers = 1 };
    private readonly RuntimeWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Changes_of_a_referenced_Secret_wake_the_object_and_others_do_not()
    {
        var secrets = new SecretWatch<Widget>(_world.Api, _world.Watcher, w => w.Spec.Secrets, _world.Time, NullLoggerFactory.Instance);
        await _world.Api.CreateAsync(Widget.Named("a") with { Spec = new() { Secrets = ["s1"] } });
        _world.Start([secrets], OneWorker);
        (await _world.NextAsync()).ShouldBe("a@101");

        await _world.Api.CreateAsync(Secret("s1"));
        (await _world.NextAsync()).ShouldBe("a@101");
        await _world.Api.PatchAsync<V1Secret>(KubernetesPatch.Merge(JsonNode.Parse("""{"data":{"k":"Yg=="}}""")!.AsObject()), "s1");
        (await _world.NextAsync()).ShouldBe("a@101");
        await _world.Api.DeleteAsync<V1Secret>("s1");
        (await _world.NextAsync()).ShouldBe("a@101");

        await _world.Api.CreateAsync(Secret("unrelated"));
        (await _world.NextAfterMarkerAsync("marker")).ShouldStartWith("marker");
    }

    [Fact]
    public async Task A_Secret_is_watched_only_while_an_object_refers_to_it_and_only_once()
    {
        var secrets = new SecretWatch<Widget>(_world.Api, _world.Watcher, w => w.Spec.Secrets, _world.Time, NullLoggerFactory.Instance);
        await _world.Api.CreateAsync(Widget.Named("a") with { Spec = new() { Secrets = ["s1"] } });
        await _world.Api.CreateAsync(Widget.Named("b") with { Spec = new() { Secrets = ["s1"] } });
        _world.Start([secrets], OneWorker);
        await Wait.UntilAsync(() => _world.Api.Watchers == 2);

        await Patch("a", """{"spec":{"secrets":[]}}""");
        await _world.NextAsync();
        await _world.NextAsync();
        await _world.NextAsync();
        _world.Api.Watchers.ShouldBe(2);
        await _world.Api.DeleteAsync<Widget>("b");

        await Wait.UntilAsync(() => _world.Api.Watchers == 1);
        secrets.Age.ShouldBe(TimeSpan.Zero);
    }

    private static V1Secret Secret(string name) => new() { Metadata = new() { Name = name, Namespace = "default" }, Data = new() { ["k"] = "a"u8.ToArray() } };

    private Task<Widget> Patch(string name, string patch) => _world.Api.PatchAsync<Widget>(KubernetesPatch.Merge(JsonNode.Parse(patch)!.AsObject()), name);
}
