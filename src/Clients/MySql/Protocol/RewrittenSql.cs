namespace Drydock.Clients.MySql.Protocol;

/// <summary>A statement with <c>?</c> for each parameter, and the names in order.</summary>
internal sealed record RewrittenSql(string Text, IReadOnlyList<string> Names);
