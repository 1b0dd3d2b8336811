using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class EntityControllerTests
{
    [Fact]
    public async Task Session_that_hangs_or_throws_does_not_block_other_disposals()
    {
        await using var world = new RuntimeWorld();
        var controller = new Sessions(world.Writer);
        var hang = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        controller.Keep("hangs", () => hang.Task);
        controller.Keep("throws", () => throw new InvalidOperationException("it broke"));
        controller.Keep("good", () =>
        {
            ended.SetResult();
            return Task.CompletedTask;
        });

        var disposing = controller.DisposeAsync().AsTask();

        await ended.Task.Bounded();
        hang.SetResult();
        (await Should.ThrowAsync<InvalidOperationException>(disposing.Bounded())).Message.ShouldBe("it broke");
    }

    private sealed class Sessions(EntityWriter<Widget> writer)
        : EntityController<Widget, Session>(writer, new RecordedEvents())
    {
        public void Keep(string uid, Func<Task> end)
        {
            var widget = Widget.Named(uid);
            SessionOf(widget with { Metadata = widget.Metadata with { Uid = uid } }, () => new Session(end));
        }

        protected override bool IsInert(Widget entity) => false;

        protected override string? FinalizerOf(Widget entity) => null;

        protected override Task<TimeSpan?> ReconcileFreshAsync(Widget entity, CancellationToken cancellationToken) =>
            Task.FromResult<TimeSpan?>(null);
    }

    private sealed class Session(Func<Task> end) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await end();
    }
}
