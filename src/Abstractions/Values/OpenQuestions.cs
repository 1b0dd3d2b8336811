namespace Drydock.Abstractions.Values;

/// <summary>The questions to targets that have no answer yet. Who waits for a target listens, and is told which one
/// does not answer long before the limits of the clients end: in the call in which it listens, and in all that is
/// called from there.</summary>
public sealed class OpenQuestions : IDisposable
{
    private static readonly AsyncLocal<OpenQuestions?> Heard = new();
    private readonly Lock _gate = new();
    private readonly List<Question> _late = [];
    private readonly TimeProvider _time;
    private Action<string?>? _tell;

    private OpenQuestions(TimeProvider time, Action<string?> tell) => (_time, _tell) = (time, tell);

    /// <summary>How long a target may take before it is named.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(8);

    public static bool IsHeard => Heard.Value is not null;

    /// <summary>Begins to listen, until the result is disposed of.</summary>
    /// <param name="time">Measures the patience.</param>
    /// <param name="tell">Receives who does not answer, since when, and what was asked; null once all have answered.
    /// Called from any thread; must not block.</param>
    public static OpenQuestions Listen(TimeProvider time, Action<string?> tell) =>
        Heard.Value = new OpenQuestions(time, tell);

    /// <summary>For work that begins here and outlives its caller.</summary>
    public static void Ignore() => Heard.Value = null;

    /// <summary>Counts as asked until the result is disposed of.</summary>
    /// <param name="whom">The target.</param>
    /// <param name="what">What it was asked, or told to do.</param>
    public static IDisposable? Ask(string whom, string what) =>
        Heard.Value is { } listener ? new Question(listener, whom, what) : null;

    public void Dispose()
    {
        lock (_gate)
        {
            if (_late.Count > 0)
            {
                _tell?.Invoke(null);
            }

            _tell = null;
        }
    }

    private sealed class Question : IDisposable
    {
        private readonly OpenQuestions _listener;
        private readonly ITimer _timer;
        private readonly string _text;
        private bool _isAnswered;

        public Question(OpenQuestions listener, string whom, string what)
        {
            _listener = listener;
            _text = string.Create(
                CultureInfo.InvariantCulture,
                $"Waiting for an answer of {whom} since {listener._time.GetUtcNow():HH:mm:ss'Z'} ({what}).");
            _timer = listener._time.CreateTimer(
                _ => Change(isAnswered: false), null, Patience, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer.Dispose();
            Change(isAnswered: true);
        }

        private void Change(bool isAnswered)
        {
            lock (_listener._gate)
            {
                _isAnswered |= isAnswered;
                var wasLate = _listener._late.Remove(this);
                if (!_isAnswered)
                {
                    _listener._late.Add(this);
                }

                if (wasLate == _isAnswered)
                {
                    _listener._tell?.Invoke(_listener._late.FirstOrDefault()?._text);
                }
            }
        }
    }
}
