namespace Drydock.Crds.Values;

/// <summary>The questions to targets that have no answer yet. Who waits for a target listens, in its own call and in
/// all that is called from there, and is told who does not answer long before the limits of the clients end.</summary>
public sealed class OpenQuestions : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly AsyncLocal<OpenQuestions?> Heard = new();
    private readonly Lock _gate = new();
    private readonly List<string> _late = [];
    private readonly TimeProvider _time;
    private Action<string?>? _tell;

    private OpenQuestions(TimeProvider time, Action<string?> tell) => (_time, _tell) = (time, tell);

    public static bool IsHeard => Heard.Value is not null;

    /// <summary>Begins to listen, until the result is disposed of.</summary>
    /// <param name="time">Measures the patience.</param>
    /// <param name="tell">Receives who does not answer, since when, and what was asked; null once all have answered.
    /// Called from any thread; must not block.</param>
    public static OpenQuestions Listen(TimeProvider time, Action<string?> tell) => Heard.Value = new(time, tell);

    /// <summary>For work that begins here and outlives its caller.</summary>
    public static void Ignore() => Heard.Value = null;

    /// <summary>Counts as asked until the result is disposed of.</summary>
    /// <param name="whom">The target.</param>
    /// <param name="what">What it was asked, or told to do.</param>
    public static IDisposable? Ask(string whom, string what) => Heard.Value is { } listener
        ? new Question(
            listener,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Waiting for an answer of {whom} since {listener._time.GetUtcNow():HH:mm:ss'Z'} ({what})."))
        : null;

    public void Dispose()
    {
        Change(_late.Clear);
        lock (_gate)
        {
            _tell = null;
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            var told = _late.FirstOrDefault();
            change();
            if (_late.FirstOrDefault() is var first && first != told)
            {
                _tell?.Invoke(first);
            }
        }
    }

    private sealed class Question : IDisposable
    {
        private readonly OpenQuestions _listener;
        private readonly string _text;
        private readonly ITimer _timer;
        private bool _isAnswered;

        public Question(OpenQuestions listener, string text)
        {
            (_listener, _text) = (listener, text);
            _timer = listener._time.CreateTimer(
                _ => listener.Change(Late), null, Patience, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer.Dispose();
            _listener.Change(() => (_isAnswered, _) = (true, _listener._late.Remove(_text)));
        }

        private void Late() => _listener._late.AddRange(_isAnswered ? [] : [_text]);
    }
}
