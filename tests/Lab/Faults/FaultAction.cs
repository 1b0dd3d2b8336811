namespace Drydock.Lab;

/// <summary>What a fault proxy does at a <see cref="FaultPoint"/>.</summary>
public abstract record FaultAction
{
    private FaultAction()
    {
    }

    /// <summary>Nothing: the act or its answer goes through.</summary>
    public static FaultAction Pass { get; } = new PassAction();

    /// <summary>The connection is reset: the client cannot know what became of the act.</summary>
    public static FaultAction Cut { get; } = new CutAction();

    /// <summary>Nothing is answered any more on this connection; it stays open until the client gives up.</summary>
    public static FaultAction Hang { get; } = new HangAction();

    /// <summary>
    /// Runs a delegate (kill the operator, crash a host) and then goes on; the act is held meanwhile.
    /// </summary>
    /// <param name="call">What to run.</param>
    /// <param name="then">How to go on; by default <see cref="Pass"/>.</param>
    public static FaultAction Call(Func<FaultPoint, Task> call, FaultAction? then = null) => new CallAction(call, then ?? Pass);

    /// <summary>Holds the act (or its answer) until a task ends, then lets it through.</summary>
    public static FaultAction HoldUntil(Task gate) => new CallAction(_ => gate, Pass);

    /// <summary>
    /// Answers in the server's place. Before: the act never reaches the server. After: the server's own answer is
    /// thrown away.
    /// </summary>
    /// <param name="code">HTTP status, or a server error number for SQL (1205: lock wait timeout; 1213:
    /// deadlock).</param>
    /// <param name="body">Body of the answer (by default a Kubernetes Status that fits), or the error text for
    /// SQL.</param>
    public static FaultAction Answer(int code, string? body = null) => new AnswerAction(code, body);

    /// <summary>Answers over HTTP in the server's place, byte by byte as given, and closes the connection.</summary>
    /// <param name="wire">Head and body, or the beginning of the body.</param>
    /// <param name="endless">What follows again and again until the client goes away; null if nothing does.</param>
    public static FaultAction Say(ReadOnlyMemory<byte> wire, ReadOnlyMemory<byte>? endless = null) => new SayAction(wire, endless);

    internal sealed record PassAction : FaultAction;

    internal sealed record CutAction : FaultAction;

    internal sealed record HangAction : FaultAction;

    internal sealed record CallAction(Func<FaultPoint, Task> Run, FaultAction Then) : FaultAction;

    internal sealed record AnswerAction(int Code, string? Body) : FaultAction;

    internal sealed record SayAction(ReadOnlyMemory<byte> Wire, ReadOnlyMemory<byte>? Endless) : FaultAction;
}
