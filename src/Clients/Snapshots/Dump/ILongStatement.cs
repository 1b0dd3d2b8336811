namespace Drydock.Clients.Snapshots;

/// <summary>A statement that may be too long to be kept: it is judged token by token.</summary>
internal interface ILongStatement
{
    /// <summary>Takes the next token.</summary>
    /// <param name="token">The token, from the first word of the statement on.</param>
    /// <param name="depth">How many parentheses are open before it.</param>
    /// <param name="inComment">It stands in an executable comment.</param>
    /// <param name="gate">What may be in this part.</param>
    /// <returns>Why the statement is refused; null: so far it is not.</returns>
    string? Take(StatementToken token, int depth, bool inComment, StatementGate gate);

    /// <summary>The statement is over.</summary>
    /// <returns>Why it is refused; null: it is not.</returns>
    string? End();
}
