using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class FinalizerTests : IAsyncDisposable
{
    private static readonly ControllerOptions OneWorker = new() { Workers = 1 };
    private readonly RuntimeWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Finalizer_change_keeps_others_and_does_not_wake()
    {
        await _world.Api.CreateAsync(Widget.Named("a"));
        var a = await Patch("a", """{"metadata":{"finalizers":["other/x"]}}""");
        _world.Start(options: OneWorker);
        (await _world.NextAsync()).ShouldBe("a@102");

        var with = await _world.Writer.AddFinalizerAsync(a, "drydock.dev/y");
        var same = await _world.Writer.AddFinalizerAsync(with, "drydock.dev/y");
        var without = await _world.Writer.RemoveFinalizerAsync(same, "drydock.dev/y");

        with.Metadata.Finalizers.ShouldBe(["other/x", "drydock.dev/y"]);
        same.ShouldBeSameAs(with);
        without!.Metadata.Finalizers.ShouldBe(["other/x"]);
        (await _world.NextAfterMarkerAsync("marker")).ShouldStartWith("marker");
    }

    [Fact]
    public async Task Finalizer_over_a_former_version_conflicts()
    {
        var a = await _world.Api.CreateAsync(Widget.Named("a"));
        var with = await _world.Writer.AddFinalizerAsync(a, "drydock.dev/y");
        var newer = await Patch("a", """{"spec":{"size":2}}""");

        await Should.ThrowAsync<KubernetesConflictException>(() => _world.Writer.AddFinalizerAsync(a, "drydock.dev/z"));
        await Should.ThrowAsync<KubernetesConflictException>(
            () => _world.Writer.RemoveFinalizerAsync(with, "drydock.dev/y"));
        (await _world.Api.GetAsync<Widget>("a"))!.Metadata.ResourceVersion.ShouldBe(newer.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Removing_last_finalizer_finishes_deletion()
    {
        var a = await _world.Api.CreateAsync(
            Widget.Named("a") with { Metadata = new() { Name = "a", Finalizers = ["drydock.dev/y"] } });
        await _world.Api.DeleteAsync<Widget>("a");
        a = (await _world.Api.GetAsync<Widget>("a"))!;

        await _world.Writer.RemoveFinalizerAsync(a, "drydock.dev/y");

        (await _world.Api.GetAsync<Widget>("a")).ShouldBeNull();
        (await _world.Writer.RemoveFinalizerAsync(a, "drydock.dev/y")).ShouldBeNull();
        await Should.ThrowAsync<KubernetesNotFoundException>(() => _world.Writer.AddFinalizerAsync(a, "drydock.dev/z"));
    }

    private Task<Widget> Patch(string name, string patch) =>
        _world.Api.PatchAsync<Widget>(JsonNode.Parse(patch)!.AsObject(), name);
}
