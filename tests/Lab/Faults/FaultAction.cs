namespace Drydock.Lab;

/// <summary>The action of a fault proxy at a <see cref="FaultPoint"/>.</summary>
public abstract record FaultAction
{
    private FaultAction()
    {
    }

    /// <summary>No fault: the act or its answer passes.</summary>
    public static FaultAction Pass { get; } = new PassAction();

    /// <summary>The connection is reset. The client does not know whether the act was done.</summary>
    public static FaultAction Cut { get; } = new CutAction();

    /// <summary>The connection stays open without an answer until the client gives up.</summary>
    public static FaultAction Hang { get; } = new HangAction();

    /// <summary>
    /// Runs a delegate (kill the operator, crash a host) and then continues. The act is held meanwhile.
    /// </summary>
    /// <param name="call">The delegate.</param>
    /// <param name="then">The action after the delegate; by default <see cref="Pass"/>.</param>
    public static FaultAction Call(Func<FaultPoint, Task> call, FaultAction? then = null) =>
        new CallAction(call, then ?? Pass);

    /// <summary>Holds the act (or its answer) until a task ends, then lets it pass.</summary>
    public static FaultAction HoldUntil(Task gate) => new CallAction(_ => gate, Pass);

    /// <summary>
    /// Answers instead of the server. Before: the act never reaches the server. After: the server's own answer is
    /// discarded.
    /// </summary>
    /// <param name="code">HTTP status, or a server error number for SQL (1205: lock wait timeout; 1213:
    /// deadlock).</param>
    /// <param name="body">Body of the answer (by default a fitting Kubernetes Status), or the error text for
    /// SQL.</param>
    public static FaultAction Answer(int code, string? body = null) => new AnswerAction(code, body);

    /// <summary>Answers over HTTP instead of the server with the given bytes, and closes the connection.</summary>
    /// <param name="wire">Head and body, or the beginning of the body.</param>
    /// <param name="endless">Bytes that are then sent repeatedly until the client disconnects; null for none.</param>
    public static FaultAction Say(ReadOnlyMemory<byte> wire, ReadOnlyMemory<byte>? endless = null) =>
        new SayAction(wire, endless);

    internal sealed record PassAction : FaultAction;

    internal sealed record CutAction : FaultAction;

    internal sealed record HangAction : FaultAction;

    internal sealed record CallAction(Func<FaultPoint, Task> Run, FaultAction Then) : FaultAction;

    internal sealed record AnswerAction(int Code, string? Body) : FaultAction;

    internal sealed record SayAction(ReadOnlyMemory<byte> Wire, ReadOnlyMemory<byte>? Endless) : FaultAction;
}
