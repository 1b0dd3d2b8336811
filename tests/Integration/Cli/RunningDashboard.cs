using System.Net.Http.Json;
using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Integration.Cli;

/// <summary><c>kubectl drydock dashboard</c>, as a user starts it.</summary>
internal sealed class RunningDashboard : IAsyncDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly OutputWriter _output = new();
    private readonly Task<int> _exit;

    private RunningDashboard(string kubeconfig, TimeProvider time, string[] arguments)
    {
        var surroundings = new Surroundings
        {
            Time = time,
            Output = _output,
            Errors = _output,
            IsTerminal = false,
            UsesColor = false,
            CanAsk = false,
            Width = null,
        };
        _exit = DrydockCommand.Create(surroundings)
            .Parse(["dashboard", "--kubeconfig", kubeconfig, .. arguments])
            .InvokeAsync(cancellationToken: _interrupt.Token);
    }

    /// <summary>The address of the page.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>A client whose base is the page.</summary>
    public HttpClient Http { get; } = new();

    /// <summary>What it has printed.</summary>
    public string Output => _output.Text;

    /// <summary>Starts it, and waits for its address.</summary>
    public static async Task<RunningDashboard> StartAsync(
        string kubeconfig, TimeProvider? time = null, params string[] arguments)
    {
        var dashboard = new RunningDashboard(kubeconfig, time ?? SampleTime.Instance, arguments);
        await Deadline.UntilAsync(
            "the dashboard to print its address",
            _ => Task.FromResult(dashboard.Output.Contains('\n', StringComparison.Ordinal)),
            stillPossible: () => dashboard._exit.IsCompleted ? dashboard.Output : null);
        dashboard.Output.ShouldStartWith("Dashboard: http://127.0.0.1:");
        dashboard.Address = new Uri(dashboard.Output.Split('\n')[0]["Dashboard: ".Length..].Trim());
        dashboard.Http.BaseAddress = dashboard.Address;
        return dashboard;
    }

    /// <summary>Presses Ctrl-C.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> InterruptAsync()
    {
        await _interrupt.CancelAsync();
        return await _exit.WaitAsync(Deadline.Default, TimeProvider.System);
    }

    /// <summary>An answer of the API.</summary>
    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        (await Http.GetFromJsonAsync<JsonNode>(new Uri(path, UriKind.Relative), cancellationToken))!;

    /// <summary>A part of the page: <c>OmsUpgrade/NAMESPACE/NAME</c>.</summary>
    public Uri PageOf(string part) => new($"{Address}#/{part}");

    public async ValueTask DisposeAsync()
    {
        await InterruptAsync();
        Http.Dispose();
        _interrupt.Dispose();
        await _output.DisposeAsync();
    }

    private sealed class OutputWriter : StringWriter
    {
        private readonly Lock _lock = new();
        private string _text = "";

        public string Text
        {
            get
            {
                lock (_lock)
                {
                    return _text;
                }
            }
        }

        public override void WriteLine(string? value)
        {
            lock (_lock)
            {
                _text += $"{value}\n";
            }
        }
    }
}

/// <summary>A clock that shows the moment of the samples; timers run as ever.</summary>
/// <param name="haste">By how much timers are shortened.</param>
internal sealed class SampleTime(int haste = 1) : TimeProvider
{
    public static readonly SampleTime Instance = new();

    public override DateTimeOffset GetUtcNow() => SampleRuns.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / haste : dueTime, period);
}
