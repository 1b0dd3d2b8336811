using Drydock.Clients.Kubernetes.Events;
using Microsoft.Extensions.Logging;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class EventRecorderTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeKubernetes _api;
    private readonly Widget _widget = Widget.Named("w") with
    {
        Metadata = new() { Name = "w", Namespace = "default", Uid = "u1" },
    };

    public EventRecorderTests() => _api = new FakeKubernetes(RuntimeWorld.Json, _time);

    [Fact]
    public async Task An_event_names_its_object_reason_and_message()
    {
        await RecordAsync(r => r.Warning(_widget, "StepFailed", "the dump is empty"));

        var recorded = (await EventsAsync()).ShouldHaveSingleItem();
        (recorded.Type, recorded.Reason, recorded.Message, recorded.Count).ShouldBe(
            ("Warning", "StepFailed", "the dump is empty", 1));
        (recorded.InvolvedObject.Kind, recorded.InvolvedObject.Name, recorded.InvolvedObject.Uid).ShouldBe(
            ("Widget", "w", "u1"));
        recorded.Metadata.Namespace.ShouldBe("default");
    }

    [Fact]
    public async Task Repeated_event_raises_count_and_others_are_separate()
    {
        await RecordAsync(r =>
        {
            r.Normal(_widget, "A", "one");
            r.Normal(_widget, "A", "one");
            r.Normal(_widget, "A", "two");
            r.Normal(_widget, "A", "one");
        });

        (await EventsAsync()).Select(e => (e.Message, e.Count)).Order().ShouldBe([("one", 3), ("two", 1)]);
    }

    [Fact]
    public async Task Repeat_of_expired_event_is_created_again()
    {
        await RecordAsync(async r =>
        {
            r.Normal(_widget, "A", "one");
            await Wait.UntilAsync(() => EventsAsync().Result.Count == 1);
            await _api.DeleteAsync<Corev1Event>(EventsAsync().Result[0].Metadata.Name);
            r.Normal(_widget, "A", "one");
        });

        (await EventsAsync()).ShouldHaveSingleItem().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Long_messages_and_names_are_truncated_to_server_limits()
    {
        var longName = new string('n', 253);

        await RecordAsync(
            r =>
                r.Normal(
                    _widget with { Metadata = _widget.Metadata with { Name = longName } }, "A", new string('m', 5000)));

        var recorded = (await EventsAsync()).ShouldHaveSingleItem();
        recorded.Message.Length.ShouldBe(1024);
        recorded.Metadata.Name.Length.ShouldBe(253);
    }

    [Fact]
    public async Task A_refusing_server_harms_neither_the_caller_nor_later_events()
    {
        var refused = 0;
        _api.Before = r => r.Verb == "create" && refused++ == 0
            ? throw new KubernetesForbiddenException(r, new V1Status { Code = 403, Reason = "Forbidden" })
            : Task.CompletedTask;

        await RecordAsync(r =>
        {
            r.Normal(_widget, "A", "refused");
            r.Normal(_widget, "A", "taken");
        });

        (await EventsAsync()).ShouldHaveSingleItem().Message.ShouldBe("taken");
    }

    [Fact]
    public async Task Event_about_an_object_of_a_deleted_namespace_goes_to_the_operator()
    {
        _api.Before = r => r.Verb == "create" && r.Namespace == "default"
            ? throw new KubernetesForbiddenException(
                r, new V1Status { Code = 403, Reason = "Forbidden", Message = "namespace default is being terminated" })
            : Task.CompletedTask;
        await using (var recorder = new EventRecorder(
            _api, new EventRecorderOptions { Namespace = "drydock-system" }, _time, NullLogger<EventRecorder>.Instance))
        {
            recorder.Warning(_widget, "Abandoned", "OMS is stopped on oms-a");
        }

        var recorded = (await EventsAsync()).ShouldHaveSingleItem();
        recorded.Metadata.Namespace.ShouldBe("drydock-system");
        recorded.InvolvedObject.NamespaceProperty.ShouldBe("drydock-system");
        recorded.Message.ShouldBe("Widget default/w: OMS is stopped on oms-a");
    }

    [Fact]
    public async Task Hanging_server_blocks_neither_caller_nor_shutdown()
    {
        var hang = new TaskCompletionSource();
        _api.Before = _ => hang.Task;
        var recorder = new EventRecorder(
            _api, new EventRecorderOptions { Capacity = 3 }, _time, NullLogger<EventRecorder>.Instance);
        for (var i = 0; i < 100; i++)
        {
            recorder.Normal(_widget, "A", $"{i}");
        }

        var ending = recorder.DisposeAsync().AsTask();
        await _time.AdvanceToTimerAsync(due => due == TimeSpan.FromSeconds(3)).Bounded();

        await ending.Bounded();
        recorder.Normal(_widget, "A", "after the end");
    }

    [Fact]
    public async Task Every_event_is_logged_even_when_server_refuses_it()
    {
        _api.Before = r => throw new KubernetesUnreachableException(r, "refused");
        using var log = new WorldLogs();
        await using (var recorder = new EventRecorder(_api, null, _time, new Logger<EventRecorder>(log)))
        {
            recorder.Normal(_widget, "StepStarted", "Backup/snapshot");
            recorder.Warning(_widget, "StepFailed", "the dump is empty");
        }

        log.Lines.ShouldContain("Information Widget default/w: StepStarted: Backup/snapshot ");
        log.Lines.ShouldContain("Warning Widget default/w: StepFailed: the dump is empty ");
    }

    private async Task RecordAsync(Action<EventRecorder> record) => await RecordAsync(r =>
    {
        record(r);
        return Task.CompletedTask;
    });

    private async Task RecordAsync(Func<EventRecorder, Task> record)
    {
        await using var recorder = new EventRecorder(_api, null, _time, NullLogger<EventRecorder>.Instance);
        await record(recorder).Bounded();
    }

    private async Task<IReadOnlyList<Corev1Event>> EventsAsync() => (await _api.ListAsync<Corev1Event>()).Items;
}
