namespace Drydock.Reconcilers.Oms;

/// <summary>What is seen of <c>heatbeat_sequence</c> while it is replaced by a table with its newest row, and the
/// statement that comes next (docs/project/research/oms.md#heartbeat-sequence). Only what is seen decides, so the
/// replacement can be cut off after any statement, also on a server that does not rename two tables at once.
/// Pure.</summary>
/// <param name="Main">The table itself; null if it does not exist.</param>
/// <param name="Copy">The table that takes its place.</param>
/// <param name="Old">The table that was replaced.</param>
internal sealed record SequenceTables(SequenceTable? Main, SequenceTable? Copy, SequenceTable? Old)
{
    /// <summary>Name of the table; the vendor's spelling.</summary>
    public const string MainName = "heatbeat_sequence";

    /// <summary>Name of the table that takes its place. Only the operator makes one of that name.</summary>
    public const string CopyName = "drydock_heatbeat_sequence_new";

    /// <summary>Name of the replaced table. Only the operator makes one of that name.</summary>
    public const string OldName = "drydock_heatbeat_sequence_old";

    /// <summary>The highest id of all of them; null if there is none.</summary>
    public long? Newest => new[] { Main, Copy, Old }.Max(table => table?.Newest);

    public TrimStatement? Next => (Main, Copy, Old) switch
    {
        (null, null, null) => null,

        // A rename was cut off in the middle. The replaced table has every row.
        (null, _, { }) => TrimStatement.RestoreOld,
        (null, { }, null) => TrimStatement.RestoreCopy,

        // The newest id must not be given out twice: the old table goes only when the new one has it.
        ({ } main, _, { Newest: { } newest }) when main.Newest is not { } kept || kept < newest =>
            TrimStatement.AddNewest,
        (_, _, { }) => TrimStatement.DropOld,
        ({ HasMore: false }, null, null) => null,
        ({ HasMore: true }, null, null) => TrimStatement.CreateCopy,
        ({ HasMore: true }, { Newest: null }, null) => TrimStatement.FillCopy,
        ({ HasMore: true } many, { HasMore: false } copy, null) when copy.Newest == many.Newest => TrimStatement.Swap,
        _ => TrimStatement.DropCopy,
    };
}

/// <summary>The end of a table with ascending ids.</summary>
/// <param name="Newest">Its highest id; null if it is empty.</param>
/// <param name="HasMore">Whether it has more than one row.</param>
internal sealed record SequenceTable(long? Newest, bool HasMore);

internal enum TrimStatement
{
    /// <summary>Makes an empty table of the same definition.</summary>
    CreateCopy,

    FillCopy,
    Swap,
    AddNewest,
    DropOld,
    DropCopy,
    RestoreOld,
    RestoreCopy,
}
