namespace Drydock.Clients.MySql.Transport;

/// <summary>Tracks the packet lengths announced by the server.</summary>
internal sealed class PacketSizes(long largest)
{
    private const int Header = 4;
    private const int Continued = 0xFFFFFF;

    private int _inHeader;
    private int _length;
    private long _left;
    private long _whole;

    /// <summary>Processes the next bytes from the server; false if they announce a packet that is too large.</summary>
    internal bool Look(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            if (_left > 0)
            {
                var skipped = (int)Math.Min(_left, data.Length);
                _left -= skipped;
                data = data[skipped..];
                continue;
            }

            // Three bytes of length, then the packet's number.
            _length |= _inHeader < Header - 1 ? data[0] << (8 * _inHeader) : 0;
            data = data[1..];
            if (++_inHeader < Header)
            {
                continue;
            }

            _whole += _length;
            if (_whole > largest)
            {
                return false;
            }

            _left = _length;
            _whole = _length == Continued ? _whole : 0;
            _inHeader = 0;
            _length = 0;
        }

        return true;
    }
}
