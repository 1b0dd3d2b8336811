namespace Drydock.Clients.Snapshots;

/// <summary>
/// <c>INSERT INTO name [(columns)] VALUES (…),(…)</c>, with constant values: no function calls and no SELECT.
/// </summary>
internal sealed class InsertStatement : ILongStatement
{
    private State _state;
    private string _kind = "";
    private StatementToken _last;

    private enum State
    {
        First,
        Modifiers,
        Name,
        Qualified,
        Columns,
        AfterColumns,
        Values,
    }

    public string? Take(StatementToken token, int depth, bool inComment, StatementValidator gate)
    {
        if (inComment)
        {
            return $"{_kind} is in an executable comment, which only some servers execute";
        }

        var last = _last;
        _last = token;
        switch (_state)
        {
            case State.First:
                _kind = token.Upper;
                _state = State.Modifiers;
                return gate.Allow(_kind);
            case State.Modifiers:
                if (token.Upper is not ("INTO" or "IGNORE" or "DELAYED" or "LOW_PRIORITY" or "HIGH_PRIORITY"))
                {
                    _state = State.Name;
                    return token.IsName ? null : "it has no table name";
                }

                return null;
            case State.Name when token.Is('.'):
                _state = State.Qualified;
                return gate.CheckDatabase(last.Text);
            case State.Qualified:
                _state = State.Name;
                return token.IsName && !last.IsName ? null : "it has no table name";
            case State.Name when token.Is('('):
                _state = State.Columns;
                return null;
            case State.Columns when token.Is(')'):
                _state = State.AfterColumns;
                return null;
            case State.Columns:
                return token.IsName || token.Is(',') ? null : "its column list contains something other than names";
            case State.Name or State.AfterColumns when token.Upper is "VALUES" or "VALUE":
                _state = State.Values;
                return null;
            case State.Values:
                return Value(token, depth, last);
            default:
                return "it inserts something other than VALUES with constants";
        }
    }

    public string? End() => _state == State.Values ? null : "it has no VALUES";

    // mydumper writes CONVERT("…" USING UTF8MB4) for a value of type JSON.
    private static string? Value(StatementToken token, int depth, StatementToken last)
    {
        if (depth <= 0)
        {
            return token.Is('(') || token.Is(',') ? null : "VALUES is followed by more than rows";
        }

        return token.Is('(') && last.Upper != "CONVERT"
            ? "a value is an expression in parentheses or a function call"
            : null;
    }
}
