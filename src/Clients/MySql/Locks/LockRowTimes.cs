namespace Drydock.Clients.MySql;

/// <summary>The times of a lock row. Every holder and every successor must use the same.</summary>
public sealed record LockRowTimes
{
    /// <summary>The server ends an idle session of the holder after this time (<c>wait_timeout</c>); seconds.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The holder renews the row, in its session, this often.</summary>
    public TimeSpan Renewal { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Added to <see cref="Idle"/> for servers of one cluster whose clocks differ.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The clock of the waits of this process.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A row that was not renewed for so long belongs to a session that the server has ended.</summary>
    public TimeSpan Lapse => Idle + Margin;
}
