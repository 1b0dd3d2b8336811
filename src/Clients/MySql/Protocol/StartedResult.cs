namespace Drydock.Clients.MySql.Protocol;

/// <summary>A command that was sent, with its first rows.</summary>
internal sealed record StartedResult(ResultStream Stream, Queue<Row> Rows, bool AtEnd);
