-- Hears LLDP (IEEE 802.1AB) on the cards named as arguments; prints `<card> <frame in hex>` for each frame until it is ended.
-- Node can not open packet sockets, and this interpreter is the smallest program of Debian that can.
local ffi = require 'ffi'
ffi.cdef [[
int socket(int domain, int type, int protocol);
int setsockopt(int fd, int level, int name, const void *value, unsigned length);
long recvfrom(int fd, void *bytes, unsigned long size, int flags, void *address, unsigned *length);
unsigned if_nametoindex(const char *name);
struct address { uint16_t family, protocol; int32_t card; uint16_t kind; uint8_t packet, length, bytes[8]; };
struct membership { int32_t card; uint16_t type, length; uint8_t address[8]; };
]]

local AF_PACKET, SOCK_RAW, SOL_PACKET, ADD_MEMBERSHIP, MULTICAST, OUTGOING = 17, 3, 263, 1, 0, 4
local LLDP = 0xcc88 -- 0x88cc as it lies in a frame
local LONGEST = 1518
-- Nearest bridge, nearest non-TPMR bridge, nearest customer bridge (§7.1).
local GROUPS = { 0x0e, 0x03, 0x00 }

local fd = ffi.C.socket(AF_PACKET, SOCK_RAW, LLDP)
if fd < 0 then os.exit(1) end

local names = {}
for _, name in ipairs(arg) do
  local index = ffi.C.if_nametoindex(name)
  if index > 0 then
    names[index] = name
    for _, last in ipairs(GROUPS) do
      local wish = ffi.new('struct membership', index, MULTICAST, 6, { 0x01, 0x80, 0xc2, 0, 0, last })
      ffi.C.setsockopt(fd, SOL_PACKET, ADD_MEMBERSHIP, wish, ffi.sizeof(wish))
    end
  end
end

local bytes, from, length = ffi.new('uint8_t[?]', LONGEST), ffi.new('struct address'), ffi.new('unsigned[1]')
while true do
  length[0] = ffi.sizeof(from)
  local got = tonumber(ffi.C.recvfrom(fd, bytes, LONGEST, 0, from, length))
  local name = names[from.card]
  if got > 0 and name and from.packet ~= OUTGOING then
    local hex = ffi.string(bytes, got):gsub('.', function(char) return ('%02x'):format(char:byte()) end)
    io.write(name, ' ', hex, '\n')
    io.flush()
  end
end
