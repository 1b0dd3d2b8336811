using System.Text;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The outputs of commands are kept beside the reconcile.</summary>
public sealed class StepOutputStoreTests : IAsyncDisposable
{
    private static readonly Plan Plan = new()
    {
        Steps = [new PlanStep { Id = "Init/a", State = StepState.Succeeded, Attempt = 1 }, new PlanStep { Id = "Init/b", State = StepState.Failed, Attempt = 1, Message = "exit code 1." }],
    };

    private readonly ManualTimeProvider _time = new();
    private readonly WorldLogs _logs = new();
    private readonly SemaphoreSlim _woken = new(0);
    private readonly InMemoryApi _api;
    private readonly StepOutputStore _kept;
    private readonly Outputs _outputs = new();

    public StepOutputStoreTests()
    {
        _api = new InMemoryApi(WorldJson.Crds, _time);
        var owner = new V1ObjectMeta { Name = "up", Namespace = "toys", Uid = "0a1b2c3d-0000-0000-0000-000000000000" };
        _kept = new StepOutputStore("ToyRun", owner, _api, _time, () => _woken.Release(), _logs);
    }

    public async ValueTask DisposeAsync()
    {
        await _kept.DisposeAsync();
        _woken.Dispose();
    }

    [Fact]
    public async Task Output_is_fetched_after_the_write_and_named_later()
    {
        _outputs.Text = "the end";
        _kept.Attach(Plan, _outputs).ShouldNotBeNull();
        await WokenAsync(2);

        var names = _kept.Attach(Plan, _outputs).Steps.ConvertAll(s => s.OutputRef);
        names.ShouldAllBe(n => n != null);
        Encoding.UTF8.GetString((await _api.GetAsync<V1Secret>(names[1]!, "toys"))!.Data!["output"]).ShouldBe("the end");
        _outputs.Reads.ShouldBe(2);
        _kept.Attach(Plan, _outputs);
        _outputs.Reads.ShouldBe(2);
    }

    [Fact]
    public void Host_that_does_not_answer_delays_no_write()
    {
        _outputs.Hangs = true;

        _kept.Attach(Plan, _outputs).Steps.ShouldAllBe(s => s.OutputRef == null);
    }

    [Fact]
    public async Task Unreadable_output_is_given_up_and_noted_in_the_step()
    {
        _outputs.Fault = new StepOutputException("box: no such file", new IOException());
        _kept.Attach(Plan, _outputs);
        for (var pause = 0; pause < StepOutputStore.Tries * 2 && _woken.CurrentCount < 2; pause++)
        {
            var waits = _time.WaitForTimerAsync(static due => due <= TimeSpan.FromMinutes(2));
            await Task.WhenAny(waits, Wait.UntilAsync(() => _woken.CurrentCount == 2));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await WokenAsync(2);
        _outputs.Reads.ShouldBe(2 * StepOutputStore.Tries);
        var given = _kept.Attach(Plan, _outputs);
        given.Steps.ConvertAll(s => s.Message).ShouldBe(
        [
            "The end of its output was not kept: box: no such file.",
            "exit code 1. The end of its output was not kept: box: no such file.",
        ]);
        _kept.Attach(given, _outputs).Steps[1].ShouldBe(given.Steps[1], "it is said once");
        _logs.Lines.Count(l => l.Contains("output of step Init/a could not be stored", StringComparison.Ordinal)).ShouldBe(StepOutputStore.Tries);
    }

    [Fact]
    public async Task End_of_a_run_waits_ten_seconds_at_most()
    {
        _outputs.Hangs = true;
        _kept.Attach(Plan, _outputs);
        var end = _kept.FinishAsync(default);
        end.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(10));
        await end.Bounded();

        _kept.Attach(Plan, _outputs).Steps.ShouldAllBe(s => s.Message!.Contains("The end of its output was not kept: "));
    }

    private async Task WokenAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await _woken.WaitAsync().Bounded();
        }
    }

    private sealed class Outputs : IStepOutputs
    {
        private int _reads;

        public string? Text { get; set; }

        public Exception? Fault { get; set; }

        public bool Hangs { get; set; }

        public int Reads => _reads;

        public bool Has(PlanStep step) => true;

        public async Task<string?> ReadAsync(PlanStep step, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _reads);
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return Fault is null ? Text : throw Fault;
        }
    }
}
