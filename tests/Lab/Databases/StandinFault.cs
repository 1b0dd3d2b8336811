namespace Drydock.Lab.Databases;

/// <summary>Something the stand-ins are to do wrong. The points are listed in the README beside this file.</summary>
public sealed record StandinFault
{
    /// <summary>A name for the record.</summary>
    public required string Id { get; init; }

    /// <summary>The process it is meant for; <c>*</c> stands for anything.</summary>
    public required string Process { get; init; }

    /// <summary>
    /// The point: <c>start</c>, <c>stop</c>, <c>call:POST /pd/api/v1/leader/resign</c>; <c>*</c> stands for anything.
    /// </summary>
    public required string On { get; init; }

    /// <summary>
    /// What to do: <c>fail</c>, <c>hang</c>, <c>crash</c>, <c>ignore</c>, <c>delay</c>, <c>lie</c>, or what else the
    /// point understands.
    /// </summary>
    public required string Do { get; init; }

    /// <summary>HTTP status or number of the error; 0 is the usual one of the point.</summary>
    public int Status { get; init; }

    /// <summary>Body of the answer, or text of the error.</summary>
    public string Body { get; init; } = "";

    /// <summary>How often; −1 is always.</summary>
    public int Times { get; init; } = 1;

    /// <summary>A span in Go's notation, for example <c>1.5s</c>; empty is 2 s.</summary>
    public string Delay { get; init; } = "";
}
